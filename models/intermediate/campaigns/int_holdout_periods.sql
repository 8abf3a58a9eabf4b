{#
    Periods up to the reference time, and the one after: contacts are planned for it. In a
    month that is too short a period begins on the last day.
#}
{% set months = var('global_holdout_months') %}
with log_window as (
    select * from {{ ref('int_log_window') }}
),

{% if var('global_holdout_share') | float > 0 %}
{% set starts_on = "cast('" ~ var('global_holdout_from') ~ "' as date)" %}
numbered as (
    select
        cast(as_of_at as date) as as_of_on,
        {{ each_number(
            0,
            'cast(greatest(0, floor(' ~ dbt.datediff(starts_on, 'as_of_at', 'month')
            ~ ' / ' ~ months ~ '.0) + 1) as bigint)'
        ) }} as period_number
    from log_window
),

dated as (
    select
        as_of_on,
        period_number,
        {% for column, number in {
            'previous_from': '(period_number - 1)',
            'period_from': 'period_number',
            'next_from': '(period_number + 1)',
        }.items() %}
        cast(
            {{ starts_on }} + interval '1' month * ({{ months }} * {{ number }}) as date
        ) as {{ column }}{{ ',' if not loop.last }}
        {% endfor %}
    from numbered
),

final as (
    select
        period_number,
        period_from,
        cast(next_from - interval '1' day as date) as valid_until,
        period_from <= as_of_on and next_from > as_of_on as is_current
    from dated
    where period_number = 0 or previous_from <= as_of_on
)
{% else %}
final as (
    select
        cast(null as bigint) as period_number,
        cast(null as date) as period_from,
        cast(null as date) as valid_until,
        false as is_current
    from log_window
    where false
)
{% endif %}

select * from final
