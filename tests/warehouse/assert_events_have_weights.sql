-- Every event of the log has a weight. An event without one counts 1.0.
{{ config(severity='warn') }}

with unweighted as (
    select
        interactions.event,
        count(*) as interaction_count
    from {{ ref('stg_interactions') }} as interactions
    left join {{ ref('stg_event_weights') }} as event_weights
        on interactions.event = event_weights.event
    where event_weights.event is null
    group by interactions.event
),

ranked as (
    select
        *,
        row_number() over (order by interaction_count desc, event asc) as event_rank,
        count(*) over () as event_count
    from unweighted
),

-- The summary shows ten sentences: nine events, and the others together.
sentences as (
    select
        event_rank,
        'Event ' || event || ' (' || cast(interaction_count as {{ dbt.type_string() }})
        || ' interactions) has no weight and counts 1.0; give it one in'
        || ' seeds/event_weights.csv or in the mapping (event_weights).' as problem
    from ranked
    where event_rank < 10 or event_count = 10
    union all
    select
        min(event_rank) as event_rank,
        cast(count(*) as {{ dbt.type_string() }}) || ' more events ('
        || cast(sum(interaction_count) as {{ dbt.type_string() }})
        || ' interactions) have no weight and count 1.0.' as problem
    from ranked
    where event_rank >= 10 and event_count > 10
    having count(*) > 0
)

select problem
from sentences
order by event_rank
