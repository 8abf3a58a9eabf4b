-- In a release made before rankings could be chosen.
select
    customer_id,
    engagement_score as customer_score
from lookup.ranking
where engagement_rank <= $n
order by engagement_rank
