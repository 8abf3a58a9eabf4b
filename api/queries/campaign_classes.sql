-- The classes of a campaign's customers, with what is expected of each.
select * exclude (campaign_id)
from main.campaign_classes
where campaign_id = $campaign_id
order by score_class, history_class
