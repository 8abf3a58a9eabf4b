-- Every ranking has each customer of its origin once, with all their responses.
with blocks as (
    select
        origin,
        ranking,
        sum(customer_count) as customer_count,
        sum(interaction_count) as interaction_count,
        sum(purchased_count) as purchased_count
    from {{ ref('int_targeting_blocks') }}
    group by origin, ranking
),

populations as (
    select
        origin,
        count(*) as customer_count,
        count(case when is_late then 1 end) as interaction_count,
        count(case when is_late_purchaser then 1 end) as purchased_count
    from {{ ref('int_origin_customers') }}
    group by origin
)

select blocks.*
from blocks
left join populations on blocks.origin = populations.origin
where
    blocks.customer_count <> coalesce(populations.customer_count, 0)
    or blocks.interaction_count <> coalesce(populations.interaction_count, 0)
    or blocks.purchased_count <> coalesce(populations.purchased_count, 0)
