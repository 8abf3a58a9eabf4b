with starts as (
    select
        days_back,
        starts_at
    from {{ ref('int_response_windows') }}
    group by days_back, starts_at
),

interactions as (
    select * from {{ ref('int_interactions') }}
),

customer_totals as (
    select * from {{ ref('int_customer_totals') }}
),

-- Optimisation: most customers were not seen since, and have the totals of now.
not_seen_since as (
    select
        starts.days_back,
        starts.starts_at,
        customer_totals.customer_id,
        customer_totals.total_interactions,
        customer_totals.event_weight_sum,
        customer_totals.unique_products,
        customer_totals.first_interaction_at,
        customer_totals.last_interaction_at
    from customer_totals
    inner join starts on customer_totals.last_interaction_at <= starts.starts_at
),

pairs as (
    select
        starts.days_back,
        starts.starts_at,
        interactions.customer_id,
        interactions.product_id,
        cast(sum(interactions.event_weight) as decimal(18, 6)) as event_weight_sum,
        count(*) as interaction_count,
        min(interactions.event_at) as first_interaction_at,
        max(interactions.event_at) as last_interaction_at
    from customer_totals
    inner join starts
        on
            customer_totals.last_interaction_at > starts.starts_at
            and customer_totals.first_interaction_at <= starts.starts_at
    inner join interactions
        on
            customer_totals.customer_id = interactions.customer_id
            and starts.starts_at >= interactions.event_at
    group by
        starts.days_back, starts.starts_at, interactions.customer_id,
        interactions.product_id
),

seen_since as (
    select
        days_back,
        starts_at,
        customer_id,
        cast(sum(interaction_count) as bigint) as total_interactions,
        cast(sum(event_weight_sum) as decimal(38, 6)) as event_weight_sum,
        count(*) as unique_products,
        min(first_interaction_at) as first_interaction_at,
        max(last_interaction_at) as last_interaction_at
    from pairs
    group by days_back, starts_at, customer_id
),

totals as (
    select * from not_seen_since
    union all
    select * from seen_since
),

features as (
    select
        totals.days_back,
        totals.customer_id,
        totals.first_interaction_at,
        totals.last_interaction_at,
        {{ engagement_feature_columns('totals', 'totals.starts_at') }}
    from totals
)

select * from features
