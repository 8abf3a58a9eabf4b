{# Of the period at the reference time, and of the next one. #}
with customers as (
    select customer_id from {{ ref('int_customer_totals') }}
),

suppressed_customers as (
    select * from {{ ref('int_suppressed_customers') }}
),

periods as (
    select * from {{ ref('int_holdout_periods') }}
),

log_window as (
    select * from {{ ref('int_log_window') }}
),

final as (
    select
        customers.customer_id,
        periods.period_from,
        periods.valid_until,
        periods.is_current
    from periods
    inner join log_window
        on periods.valid_until >= cast(log_window.as_of_at as date)
    cross join customers
    left join suppressed_customers
        on customers.customer_id = suppressed_customers.customer_id
    where
        suppressed_customers.customer_id is null
        and {{ is_held_out('periods.period_from', 'customers.customer_id') }}
)

select * from final
