with totals as (
    select * from {{ ref('int_customer_totals') }}
),

log_window as (
    select * from {{ ref('int_log_window') }}
),

features as (
    select
        totals.customer_id,
        totals.first_interaction_at,
        totals.last_interaction_at,
        {{ engagement_feature_columns('totals', 'log_window.as_of_at') }}
    from totals
    cross join log_window
)

select * from features
