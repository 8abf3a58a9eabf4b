-- No new row is of an hour that the clock of `time_zone` shows twice.
{{ config(severity='warn') }}

{% set zone = var('time_zone') %}

with interactions as (
    select event_at
    from {{ ref('stg_interactions') }}
    where
        batch = {{ var('log_batch') }}
        and {{ (zone != 'UTC') | lower }}
),

twice as (
    select
        count(*) as row_count,
        min(event_at) as first_at
    from interactions
    where
        {{ local_time("event_at + interval '1' hour", zone) }}
        = {{ local_time('event_at', zone) }}
)

select
    cast(row_count as {{ dbt.type_string() }})
    || ' interactions are of an hour that the clock of time_zone = {{ zone }} shows'
    || ' twice, the first at ' || cast(first_at as {{ dbt.type_string() }})
    || ' UTC: the first of the two times is taken. Write times with their offset to'
    || ' tell them apart.' as problem
from twice
where row_count > 0
