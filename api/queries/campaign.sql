-- What a campaign is, and what became of it.
select * from main.campaign_summaries where campaign_id = $campaign_id
