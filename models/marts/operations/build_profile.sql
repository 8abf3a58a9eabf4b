{# Later builds are compared with these rows. They contain no ids. #}
with interactions as (
    select * from {{ ref('int_interactions') }}
),

log_window as (
    select * from {{ ref('int_log_window') }}
),

customers as (
    select * from {{ ref('int_customer_totals') }}
),

row_accounting as (
    select * from {{ ref('row_accounting') }}
    where input = 'log'
),

last_day as (
    select
        interactions.customer_id,
        interactions.event
    from interactions
    cross join log_window
    where
        interactions.event_at
        > cast(log_window.as_of_at as timestamp) + interval '1' day * -1
),

seen as (
    select
        first_interaction_at,
        last_interaction_at,
        -- Not joined: Spark's adaptive execution fails (a ClassCastException) if it
        -- totals a join of constant rows, such as those of a unit test.
        (
            select cast(log_window.as_of_at as timestamp) + interval '1' day * -1
            from log_window
        ) as day_before
    from customers
),

-- New customers have their first interaction on this day.
customers_of_the_day as (
    select
        count(*) as customer_count,
        coalesce(sum(case when first_interaction_at > day_before then 1 end), 0)
            as new_customer_count
    from seen
    where last_interaction_at > day_before
),

measured as (
    select
        'interactions of the last day' as measure,
        event as part,
        count(*) as value
    from last_day
    group by event
    union all
    select
        'customers of the last day' as measure,
        'all' as part,
        customer_count as value
    from customers_of_the_day
    union all
    select
        'customers of the last day' as measure,
        'new' as part,
        new_customer_count as value
    from customers_of_the_day
    union all
    select
        'rows' as measure,
        outcome as part,
        sum(row_count) as value
    from row_accounting
    group by outcome
    union all
    select
        'reference time' as measure,
        'seconds since 1970' as part,
        {{ dbt.datediff("cast('1970-01-01' as timestamp)", 'as_of_at', 'second') }}
            as value
    from log_window
),

final as (
    select
        cast(measure as {{ dbt.type_string() }}) as measure,
        cast(part as {{ dbt.type_string() }}) as part,
        cast(value as double) as value
    from measured
)

select * from final
