with interactions as (
    select * from {{ ref('int_interactions') }}
),

split as (
    select * from {{ ref('int_rolling_origins') }}
    where is_split
),

sided as (
    select
        interactions.customer_id,
        interactions.product_id,
        interactions.event_weight,
        interactions.is_feedback,
        interactions.event_at < split.split_at as is_early
    from interactions
    cross join split
),

paired as (
    select
        customer_id,
        product_id,
        cast(
            sum(case when is_early then event_weight else 0 end) as decimal(18, 6)
        ) as early_weight_sum,
        count(case when is_early then 1 end) as early_count,
        count(case when not is_early then 1 end) as late_count,
        -- Feedback is no response to an audience.
        count(case when not is_early and not is_feedback then 1 end)
            as late_response_count
    from sided
    group by customer_id, product_id
)

select * from paired
