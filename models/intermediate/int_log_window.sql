with interactions as (
    select * from {{ ref('int_interactions') }}
),

bounds as (
    select
        min(event_at) as first_interaction_at,
        max(event_at) as last_interaction_at,
        {{ as_of_literal() or 'max(event_at)' }} as as_of_at
    from interactions
)

select * from bounds
