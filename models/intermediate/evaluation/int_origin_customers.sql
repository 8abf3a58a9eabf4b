with interactions as (
    select * from {{ ref('int_interactions') }}
),

origins as (
    select * from {{ ref('int_rolling_origins') }}
),

returned as (
    select customer_id
    from {{ ref('int_customer_totals') }}
    where total_interactions > 1
),

-- Optimisation: single-visit customers skip the aggregation, which would read the log
-- once per origin.
seen_once as (
    select
        origins.origin,
        interactions.customer_id,
        1 as total_interactions,
        1 as unique_products,
        case
            when
                interactions.event_at
                >= {{ days_later(-30, 'origins.split_at') }}
                then 1
            else 0
        end as recent_count,
        interactions.event_weight as event_weight_sum,
        interactions.event_at as first_interaction_at,
        interactions.event_at as last_interaction_at,
        false as is_late,
        false as is_late_purchaser
    from interactions
    left join returned on interactions.customer_id = returned.customer_id
    cross join origins
    where
        returned.customer_id is null
        and interactions.event_at < origins.split_at
),

-- The interactions of the others on both sides of each origin.
sided as (
    select
        origins.origin,
        interactions.customer_id,
        interactions.product_id,
        interactions.event,
        interactions.event_weight,
        interactions.event_at,
        interactions.event_at < origins.split_at as is_early,
        interactions.event_at
        >= {{ days_later(-30, 'origins.split_at') }} as is_recent
    from interactions
    inner join returned on interactions.customer_id = returned.customer_id
    cross join origins
    where
        origins.late_until_at is null
        or interactions.event_at < origins.late_until_at
),

pairs as (
    select
        origin,
        customer_id,
        product_id,
        count(case when is_early then 1 end) as interaction_count,
        count(case when is_early and is_recent then 1 end) as recent_count,
        sum(case when is_early then event_weight end) as event_weight_sum,
        min(case when is_early then event_at end) as first_interaction_at,
        max(case when is_early then event_at end) as last_interaction_at,
        count(case when not is_early then 1 end) as late_count,
        count(case when not is_early and event = 'purchased' then 1 end)
            as late_purchased_count
    from sided
    group by origin, customer_id, product_id
),

seen_again as (
    select
        origin,
        customer_id,
        sum(interaction_count) as total_interactions,
        count(case when interaction_count > 0 then 1 end) as unique_products,
        sum(recent_count) as recent_count,
        sum(event_weight_sum) as event_weight_sum,
        min(first_interaction_at) as first_interaction_at,
        max(last_interaction_at) as last_interaction_at,
        sum(late_count) > 0 as is_late,
        sum(late_purchased_count) > 0 as is_late_purchaser
    from pairs
    group by origin, customer_id
),

early_customers as (
    select * from seen_once
    union all
    select * from seen_again
    where total_interactions > 0
),

features as (
    select
        early_customers.origin,
        early_customers.customer_id,
        early_customers.last_interaction_at,
        {{ engagement_feature_columns('early_customers', 'origins.split_at') }},
        {{ interaction_frequency(
            'early_customers', 'origins.split_at', other_definition('frequency_days')
        ) }} as other_interaction_frequency,
        cast(early_customers.recent_count as double)
        / (
            {{ dbt.datediff(
                'early_customers.last_interaction_at', 'origins.split_at', 'day'
            ) }} + 1
        ) as recent_activity,
        early_customers.is_late,
        early_customers.is_late_purchaser
    from early_customers
    inner join origins on early_customers.origin = origins.origin
)

select * from features
