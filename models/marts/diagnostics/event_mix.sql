with interactions as (
    select * from {{ ref('int_interactions') }}
),

counted as (
    select
        event,
        count(*) as interaction_count,
        max(event_weight) as event_weight
    from interactions
    group by event
),

final as (
    select
        cast(event as {{ dbt.type_string() }}) as event,
        cast(event_weight as double) as event_weight,
        cast(interaction_count as bigint) as interaction_count,
        {{ share('interaction_count', 'sum(interaction_count) over ()') }}
            as interaction_share
    from counted
)

select * from final
