with interactions as (
    select * from {{ ref('int_interactions') }}
),

-- One row whatever the log: null where it has no interaction.
split as (
    select
        {{ time_quantile(var('split_quantile'), 'event_at') }} as split_at
    from interactions
)

select * from split
