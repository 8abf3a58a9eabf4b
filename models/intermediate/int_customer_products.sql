with interactions as (
    select * from {{ ref('int_interactions') }}
),

paired as (
    select
        customer_id,
        product_id,
        count(*) as interaction_count,
        count(case when event = 'purchased' then 1 end) as purchased_count,
        min(event_at) as first_interaction_at,
        max(event_at) as last_interaction_at,
        sum(event_weight) as event_weight_sum
    from interactions
    group by customer_id, product_id
)

select * from paired
