-- How often the log has each event that speaks against a contact.
select * from main.feedback_counts order by event, effect
