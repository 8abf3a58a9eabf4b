-- As place_beyond.sql, by a ranking that goes on where lists end. A held-out customer has no
-- place in it.
with listed as (
    select unnest(from_json_strict($listed, $type)) as customer_id
),

gone as (
    select customer_id
    from main.product_exclusions
    where product_id = $product_id
    union
    select customer_id from noted.opted_out
    union
    select customer_id from listed
),

placed as (
    select
        place,
        score
    from lookup.orders
    where ranking = $ranking and customer_id = $customer_id
)

select
    placed.score,
    placed.place - (
        select count(*) from lookup.orders
        where
            ranking = $ranking
            and place < placed.place
            and customer_id in (select customer_id from gone)
    ) as place,
    $customer_id in (select customer_id from gone) as is_excluded
from (select 1 as one) as anchor
left join placed on true
