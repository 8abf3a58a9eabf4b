-- How often each event occurs.
select * from main.event_mix order by interaction_count desc, event
