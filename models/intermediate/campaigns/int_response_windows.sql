{# A size of the plan is chosen on the earlier windows and valued on the last one. #}
{% set window_count = 3 %}
with campaigns as (
    select * from {{ ref('stg_campaigns') }}
    where is_active
),

log_window as (
    select * from {{ ref('int_log_window') }}
),

numbered as (
    select
        campaign_id,
        response_days,
        {{ each_number(1, window_count) }} as window_number
    from campaigns
),

counted_back as (
    select
        campaign_id,
        window_number,
        response_days,
        response_days * window_number as days_back
    from numbered
),

final as (
    select
        counted_back.campaign_id,
        counted_back.window_number,
        counted_back.days_back,
        {{ days_later('(-1 * counted_back.days_back)', 'log_window.as_of_at') }}
            as starts_at,
        {{ days_later(
            '(counted_back.response_days - counted_back.days_back)', 'log_window.as_of_at'
        ) }} as ends_at
    from counted_back
    cross join log_window
    -- Before its start, a window needs as many days in which customers were seen.
    where
        log_window.first_interaction_at <= {{ days_later(
            '(-1 * counted_back.days_back - counted_back.response_days)',
            'log_window.as_of_at'
        ) }}
)

select * from final
