-- The split keeps every interaction: the early and late interactions of each pair add
-- up to all of its evaluated ones, and every early one is before the split.
with sides as (
    select * from {{ ref('int_customer_product_sides') }}
),

pairs as (
    select
        customer_id,
        product_id,
        count(*) as interaction_count,
        min(event_at) as first_interaction_at,
        max(event_at) as last_interaction_at
    from {{ ref('int_interactions') }}
    group by customer_id, product_id
),

split as (
    select * from {{ ref('int_rolling_origins') }}
    where is_split
)

select
    pairs.customer_id,
    pairs.product_id
from pairs
cross join split
left join sides
    on
        pairs.customer_id = sides.customer_id
        and pairs.product_id = sides.product_id
where
    coalesce(sides.early_count + sides.late_count, 0) <> pairs.interaction_count
    or (sides.early_count > 0) <> (pairs.first_interaction_at < split.split_at)
    or (sides.late_count > 0) <> (pairs.last_interaction_at >= split.split_at)
