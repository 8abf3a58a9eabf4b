-- What the rankings that a campaign explores have brought.
select * exclude (campaign_id)
from main.ranking_responses
where campaign_id = $campaign_id
order by weighted_rate desc, ranking
