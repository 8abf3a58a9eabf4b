with log_window as (
    select * from {{ ref('int_log_window') }}
),

numbered as (
    select
        first_interaction_at,
        {{ each_number(
            0, dbt.datediff('first_interaction_at', 'as_of_at', 'day')
        ) }} as days_since
    from log_window
),

days as (
    select
        cast(first_interaction_at as timestamp) + interval '1' day * days_since
            as some_time_of_day
    from numbered
),

final as (
    select cast(some_time_of_day as date) as calendar_date
    from days
)

select * from final
