{% set retention_days = [7, 30, 90] %}

with customers as (
    select * from {{ ref('int_customer_features') }}
),

log_window as (
    select * from {{ ref('int_log_window') }}
),

day_counts as (
    select
        {{ dbt.datediff(
            'customers.first_interaction_at', 'log_window.as_of_at', 'day'
        ) }} as days_observed,
        {{ dbt.datediff(
            'customers.first_interaction_at', 'customers.last_interaction_at', 'day'
        ) }} as days_retained
    from customers
    cross join log_window
),

counted as (
    {% for days in retention_days %}
    select
        {{ days }} as retention_days,
        count(*) as eligible_customer_count,
        sum(case when days_retained >= {{ days }} then 1 else 0 end)
            as retained_customer_count
    from day_counts
    where days_observed >= {{ days }}
    {{ 'union all' if not loop.last }}
    {% endfor %}
),

final as (
    select
        cast(retention_days as bigint) as retention_days,
        cast(eligible_customer_count as bigint) as eligible_customer_count,
        cast(coalesce(retained_customer_count, 0) as bigint)
            as retained_customer_count,
        {{ share('retained_customer_count', 'eligible_customer_count') }}
            as retained_share
    from counted
)

select * from final
