-- The first n customers of a ranking that goes on where lists end.
select
    customer_id,
    score,
    place
from lookup.orders
where
    ranking = $ranking
    and place <= $n + (select count(*) from noted.opted_out)
    and customer_id not in (select customer_id from noted.opted_out)
order by place
limit $n
