-- The days for which a campaign exported lists, the newest first.
select * exclude (campaign_id)
from main.campaign_contact_days
where campaign_id = $campaign_id
order by contacted_on desc
