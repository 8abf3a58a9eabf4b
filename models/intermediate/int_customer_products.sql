with interactions as (
    select * from {{ ref('int_interactions') }}
),

paired as (
    select
        customer_id,
        product_id,
        cast(sum(event_weight) as decimal(18, 6)) as event_weight_sum,
        count(*) as interaction_count,
        count(case when event = 'purchased' then 1 end) as purchased_count,
        max(case when event = 'purchased' then event_at end) as last_purchased_at,
        min(event_at) as first_interaction_at,
        max(event_at) as last_interaction_at
    from interactions
    group by customer_id, product_id
)

select * from paired
