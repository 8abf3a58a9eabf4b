-- The first n held-out customers after an id; null means no bound.
select
    customer_id,
    valid_until
from main.global_holdout
where
    is_current
    and customer_id not in (select customer_id from noted.opted_out)
    and ($after is null or customer_id > $after)
order by customer_id
limit $n
