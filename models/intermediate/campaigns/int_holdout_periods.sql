{# Periods up to the reference time, and the one after: contacts are planned for it. #}
{% set months = var('global_holdout_months') %}
with log_window as (
    select * from {{ ref('int_log_window') }}
),

{% if has_global_holdout() %}
{% set starts_on = global_holdout_from() %}
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
        {{ months_later(months ~ ' * (period_number - 1)', starts_on) }} as previous_from,
        {{ months_later(months ~ ' * period_number', starts_on) }} as period_from,
        {{ months_later(months ~ ' * (period_number + 1)', starts_on) }} as next_from
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
