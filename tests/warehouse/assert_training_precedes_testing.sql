-- The split conserves the log: what is early and what is late of a pair is all of it,
-- and no early interaction lies after a late one.
with sides as (
    select * from {{ ref('int_customer_product_sides') }}
),

pairs as (
    select * from {{ ref('int_customer_products') }}
),

temporal_split as (
    select * from {{ ref('int_temporal_split') }}
)

select
    pairs.customer_id,
    pairs.product_id
from pairs
cross join temporal_split
left join sides
    on
        pairs.customer_id = sides.customer_id
        and pairs.product_id = sides.product_id
where
    coalesce(sides.early_count + sides.late_count, 0) <> pairs.interaction_count
    or (sides.early_count > 0) <> (pairs.first_interaction_at < temporal_split.split_at)
    or (sides.late_count > 0) <> (pairs.last_interaction_at >= temporal_split.split_at)
