with interactions as (
    select * from {{ ref('int_interactions') }}
),

bounds as (
    select
        min(event_at) as first_interaction_at,
        max(event_at) as last_interaction_at,
        {{ as_of_literal() or 'max(event_at)' }} as as_of_at,
        percentile_disc({{ var('split_quantile') }}) within group (order by event_at)
            as split_at
    from interactions
)

select * from bounds
