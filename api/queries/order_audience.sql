-- As audience.sql, by a ranking that goes on where lists end.
with excluded as (
    select customer_id
    from main.product_exclusions
    where product_id = $product_id
),

listed as (
    select unnest(from_json_strict($listed, $type)) as customer_id
)

select
    orders.customer_id,
    orders.score
from lookup.orders
where
    orders.ranking = $ranking
    and orders.place
    <= $n
    + (select count(*) from excluded)
    + (select count(*) from listed)
    + (select count(*) from noted.opted_out)
    and orders.customer_id not in (select customer_id from excluded)
    and orders.customer_id not in (select customer_id from listed)
    and orders.customer_id not in (select customer_id from noted.opted_out)
order by orders.place
limit $n
