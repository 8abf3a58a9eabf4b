{{ config(tags=['evidence']) }}

with interactions as (
    select * from {{ ref('int_interactions') }}
    where not is_feedback
),

origins as (
    select * from {{ ref('int_rolling_origins') }}
),

touched as (
    select
        origins.origin,
        interactions.customer_id,
        interactions.product_id,
        count(case when interactions.event = 'purchased' then 1 end) > 0
            as is_purchased
    from interactions
    inner join origins
        on
            interactions.event_at >= origins.split_at
            and (
                origins.late_until_at is null
                or interactions.event_at < origins.late_until_at
            )
    group by origins.origin, interactions.customer_id, interactions.product_id
)

select * from touched
