-- The days of which at least half is new since the release before.
with interactions as (
    select * from {{ ref('int_interactions') }}
),

log_window as (
    select * from {{ ref('int_log_window') }}
),

volumes as (
    select * from {{ ref('int_daily_volumes') }}
),

-- No row without such a release: then no day is judged.
release_times as (
    select value as reference_second
    from {{ ref('stg_earlier_profiles') }}
    where measure = 'reference time' and compared_with = 'the release before'
),

new_interactions as (
    select
        {# As in int_daily_counts. #}
        cast(floor(
            {{ dbt.datediff('interactions.event_at', 'log_window.as_of_at', 'second') }}
            / 86400
        ) as bigint) as day_number
    from interactions
    cross join log_window
    cross join release_times
    where
        interactions.event_at
        > cast(log_window.as_of_at as timestamp) + interval '1' day * -32
        and {{ dbt.datediff(
            "cast('1970-01-01' as timestamp)", 'interactions.event_at', 'second'
        ) }} > release_times.reference_second
),

new_counts as (
    select
        day_number,
        count(*) as new_count
    from new_interactions
    group by day_number
),

-- The last day is judged in any case, and a day without interactions if at least half
-- of its hours lie after the release before.
final as (
    select volumes.day_number
    from volumes
    cross join log_window
    cross join release_times
    left join new_counts on volumes.day_number = new_counts.day_number
    where
        volumes.day_number = 0
        or 2 * new_counts.new_count >= volumes.interaction_count
        or (
            volumes.interaction_count = 0
            and volumes.day_number <= 31
            and {{ dbt.datediff(
                "cast('1970-01-01' as timestamp)", 'log_window.as_of_at', 'second'
            ) }} - 86400 * (volumes.day_number + 0.5) >= release_times.reference_second
        )
)

select * from final
