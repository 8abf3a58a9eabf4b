-- The first n customers of the ranking of customers that serves.
select
    customer_id,
    customer_score
from lookup.ranking
where customer_rank <= $n
order by customer_rank
