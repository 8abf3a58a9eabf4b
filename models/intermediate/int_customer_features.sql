with customer_products as (
    select * from {{ ref('int_customer_products') }}
),

log_window as (
    select * from {{ ref('int_log_window') }}
),

aggregated as (
    select
        customer_id,
        sum(interaction_count) as total_interactions,
        count(*) as unique_products,
        sum(event_weight_sum) as event_weight_sum,
        min(first_interaction_at) as first_interaction_at,
        max(last_interaction_at) as last_interaction_at
    from customer_products
    group by customer_id
),

features as (
    select
        aggregated.customer_id,
        aggregated.first_interaction_at,
        aggregated.last_interaction_at,
        {{ engagement_feature_columns('aggregated', 'log_window.as_of_at') }}
    from aggregated
    cross join log_window
)

select * from features
