with interactions as (
    select * from {{ ref('int_interactions') }}
),

-- One row whatever the log: null where it has no interaction.
split as (
    select
        percentile_disc({{ var('split_quantile') }}) within group (order by event_at)
            as split_at
    from interactions
)

select * from split
