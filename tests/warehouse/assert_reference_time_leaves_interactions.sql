-- The reference time is at or after the first interaction.
with first_interaction as (
    select min(event_at) as first_interaction_at
    from {{ ref('stg_interactions') }}
)

select
    'as_of = {{ var("as_of") }} leaves nothing: the first interaction is at '
    || cast(first_interaction.first_interaction_at as {{ dbt.type_string() }})
    || '. Choose a later reference time.' as problem
from first_interaction
cross join {{ ref('int_log_window') }} as log_window
where
    first_interaction.first_interaction_at is not null
    and log_window.last_interaction_at is null
