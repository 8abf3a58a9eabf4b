-- A campaign: its rules and its size.
select * from main.campaign_summaries where campaign_id = $campaign_id
