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
)

select
    'Event ' || event || ' (' || cast(interaction_count as {{ dbt.type_string() }})
    || ' interactions) has no weight and counts 1.0; give it one in'
    || ' seeds/event_weights.csv or in the mapping (event_weights).' as problem
from unweighted
