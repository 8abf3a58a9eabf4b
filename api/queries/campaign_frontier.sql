-- What a campaign would reach with other caps and fewer products.
select * exclude (campaign_id)
from main.campaign_frontier
where campaign_id = $campaign_id
order by point_number
