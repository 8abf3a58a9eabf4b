{#
    The windows in which the plan counts purchases: from each cutoff of the evidence, so that
    customers are known, and ranked by the ranking that serves, as of its start. A size of the
    plan is chosen on the earlier windows and valued on the last one.
#}
with campaigns as (
    select * from {{ ref('stg_campaigns') }}
    where is_active
),

origins as (
    select * from {{ ref('int_rolling_origins') }}
),

evaluation_window as (
    select * from {{ ref('int_evaluation_window') }}
),

log_window as (
    select * from {{ ref('int_log_window') }}
),

windows as (
    select
        campaigns.campaign_id,
        origins.origin,
        origins.split_at as starts_at,
        cast(origins.split_at as timestamp)
        + interval '1' day * campaigns.response_days as ends_at,
        coalesce(
            origins.late_until_at,
            least(evaluation_window.measured_until, log_window.last_interaction_at)
        ) as late_until_at
    from campaigns
    cross join origins
    cross join evaluation_window
    cross join log_window
),

-- Windows neither overlap nor end after the log, even if the reference time does.
final as (
    select
        campaign_id,
        origin,
        starts_at,
        ends_at,
        row_number() over (
            partition by campaign_id
            order by origin desc
        ) as window_number
    from windows
    where ends_at <= late_until_at
)

select * from final
