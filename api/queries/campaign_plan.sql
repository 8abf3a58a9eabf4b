-- The plan of a campaign, by audience size.
select * exclude (campaign_id)
from main.audience_plan
where campaign_id = $campaign_id
order by audience_size
