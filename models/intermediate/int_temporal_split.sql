with interactions as (
    select * from {{ ref('int_interactions') }}
),

-- Always one row: null where the log has no interaction.
split as (
    select
        {{ time_quantile(var('split_quantile'), 'event_at') }} as split_at
    from interactions
)

select * from split
