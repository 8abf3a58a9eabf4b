{% set least_history_days = 10 %}

with thresholds as (
    select * from {{ ref('drift_thresholds') }}
),

daily_drift as (
    select * from {{ ref('int_daily_drift') }}
),

release_drift as (
    select * from {{ ref('int_release_drift') }}
),

new_days as (
    select * from {{ ref('int_new_days') }}
),

judged_days as (
    select
        daily_drift.measure,
        daily_drift.day_number,
        daily_drift.value,
        daily_drift.expected_value,
        daily_drift.history_day_count < {{ least_history_days }} as lacks_history,
        case
            when
                daily_drift.history_day_count < {{ least_history_days }}
                or daily_drift.compared_count < thresholds.least_count
                then null
            -- It may be a holiday, so it warns and does not block.
            when
                daily_drift.measure = 'interactions of the last day'
                and daily_drift.value = 0
                then least(daily_drift.drift, thresholds.warn_from)
            else daily_drift.drift
        end as drift
    from daily_drift
    inner join thresholds on daily_drift.measure = thresholds.measure
    inner join new_days on daily_drift.day_number = new_days.day_number
),

-- Of several new days the one that drifts furthest counts.
ranked_days as (
    select
        *,
        row_number() over (
            partition by measure
            order by drift desc nulls last, day_number asc
        ) as place
    from judged_days
),

comparisons as (
    select
        thresholds.*,
        'the days before' as compared_with
    from thresholds
    where thresholds.measure like '%of the last day'
    {% for compared_with in ['the release before', 'the reference'] %}
    union all
    select
        thresholds.*,
        '{{ compared_with }}' as compared_with
    from thresholds
    where thresholds.measure not like '%of the last day'
    {% endfor %}
),

measured as (
    select
        measure,
        'the days before' as compared_with,
        value,
        expected_value as value_before,
        drift,
        lacks_history
    from ranked_days
    where place = 1
    union all
    select
        release_drift.measure,
        release_drift.compared_with,
        release_drift.value,
        release_drift.value_before,
        case
            when release_drift.compared_count >= thresholds.least_count
                then release_drift.drift
        end as drift,
        false as lacks_history
    from release_drift
    inner join thresholds on release_drift.measure = thresholds.measure
),

judged as (
    select
        comparisons.measure,
        comparisons.compared_with,
        comparisons.warn_from,
        comparisons.block_from,
        measured.value,
        measured.value_before,
        round(measured.drift, 9) as drift,
        coalesce(measured.lacks_history, false) as lacks_history
    from comparisons
    left join measured
        on
            comparisons.measure = measured.measure
            and comparisons.compared_with = measured.compared_with
),

final as (
    select
        cast(measure as {{ dbt.type_string() }}) as measure,
        cast(compared_with as {{ dbt.type_string() }}) as compared_with,
        cast(value as double) as value,
        cast(value_before as double) as value_before,
        cast(drift as double) as drift,
        cast(warn_from as double) as warn_from,
        cast(block_from as double) as block_from,
        cast(
            case
                when lacks_history then 'too little history'
                when drift is null then 'not compared'
                when drift >= block_from then 'block'
                when drift >= warn_from then 'warn'
                else 'ok'
            end as {{ dbt.type_string() }}
        ) as drift_level
    from judged
)

select * from final
