-- The first n customers of the ranking of customers that serves.
select
    customer_id,
    customer_score,
    customer_rank
from lookup.ranking
where
    customer_rank <= $n + (select count(*) from noted.opted_out)
    and customer_id not in (select customer_id from noted.opted_out)
order by customer_rank
limit $n
