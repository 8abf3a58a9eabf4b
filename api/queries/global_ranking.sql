-- The first n customers of the ranking.
select
    customer_id,
    engagement_score
from lookup.ranking
where engagement_rank <= $n
order by engagement_rank
