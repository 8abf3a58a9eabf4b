-- What followed the contacts of a campaign, and what they caused.
select * exclude (campaign_id)
from main.campaign_attribution
where campaign_id = $campaign_id
