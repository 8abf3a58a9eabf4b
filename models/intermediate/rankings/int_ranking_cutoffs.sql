{# Origin 0 is now, for the rankings that serve; the others are of the evidence. #}
with log_window as (
    select * from {{ ref('int_log_window') }}
),

interactions as (
    select * from {{ ref('int_interactions') }}
),

beginning as (
    select {{ time_quantile(0.01, 'event_at') }} as begins_at
    from interactions
),

past as (
    select
        origin,
        begins_at,
        split_at,
        late_until_at,
        is_split
    from {{ ref('int_rolling_origins') }}
    where {{ var('with_evidence') | lower }}
),

combined as (
    select
        0 as origin,
        beginning.begins_at,
        log_window.as_of_at as split_at,
        cast(null as timestamp) as late_until_at,
        false as is_split,
        true as is_now
    from log_window
    cross join beginning
    where log_window.as_of_at is not null
    union all
    select
        origin,
        begins_at,
        split_at,
        late_until_at,
        is_split,
        false as is_now
    from past
),

final as (
    select
        cast(origin as bigint) as origin,
        split_at,
        late_until_at,
        is_split,
        is_now,
        greatest(
            cast(
                {{ dbt.datediff('begins_at', 'split_at', 'second') }}
                as double
            ),
            1
        ) as span_seconds
    from combined
)

select * from final
