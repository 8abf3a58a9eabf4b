-- Of a release of format 1, whose only ranking is engagement.
select
    customer_id,
    engagement_score as customer_score,
    engagement_rank as customer_rank
from lookup.ranking
where
    engagement_rank <= $n + (select count(*) from noted.opted_out)
    and customer_id not in (select customer_id from noted.opted_out)
order by engagement_rank
limit $n
