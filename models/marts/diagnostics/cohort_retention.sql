with interactions as (
    select * from {{ ref('int_interactions') }}
),

customers as (
    select
        customer_id,
        {{ dbt.date_trunc('month', 'first_interaction_at') }} as cohort_month,
        {{ dbt.date_trunc('month', 'last_interaction_at') }} as last_month
    from {{ ref('int_customer_features') }}
),

-- Optimisation: every customer is active in the month of their cohort, so only
-- customers with a later interaction are looked up in the log.
lasting_customers as (
    select
        customer_id,
        cohort_month
    from customers
    where last_month > cohort_month
),

log_window as (
    select * from {{ ref('int_log_window') }}
),

cohorts as (
    select
        cohort_month,
        count(*) as cohort_customer_count
    from customers
    group by cohort_month
),

customer_months as (
    select distinct
        lasting_customers.customer_id,
        lasting_customers.cohort_month,
        {{ dbt.date_trunc('month', 'interactions.event_at') }} as active_month
    from interactions
    inner join lasting_customers
        on interactions.customer_id = lasting_customers.customer_id
),

aged as (
    select
        cohort_month,
        {{ dbt.datediff(
            'cohort_month', 'active_month', 'month'
        ) }} as months_since
    from customer_months
    where active_month > cohort_month
),

active as (
    select
        cohort_month,
        0 as months_since,
        cohort_customer_count as active_customer_count
    from cohorts
    union all
    select
        cohort_month,
        months_since,
        count(*) as active_customer_count
    from aged
    group by cohort_month, months_since
),

-- Every cohort has a row for every month up to the reference time, active or not.
grid as (
    select
        cohorts.cohort_month,
        cohorts.cohort_customer_count,
        {{ each_number(
            0, dbt.datediff('cohorts.cohort_month', 'log_window.as_of_at', 'month')
        ) }} as months_since
    from cohorts
    cross join log_window
),

final as (
    select
        cast(grid.cohort_month as date) as cohort_month,
        cast(grid.months_since as bigint) as months_since,
        cast(grid.cohort_customer_count as bigint) as cohort_customer_count,
        cast(coalesce(active.active_customer_count, 0) as bigint)
            as active_customer_count,
        {{ share(
            'coalesce(active.active_customer_count, 0)', 'grid.cohort_customer_count'
        ) }} as active_share
    from grid
    left join active
        on
            grid.cohort_month = active.cohort_month
            and grid.months_since = active.months_since
)

select * from final
