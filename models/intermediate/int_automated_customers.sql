{# Fewer interactions in all cannot be too many in a day or a minute. #}
{% set fewest = [var('automated_per_day'), var('automated_per_minute')] | min %}

with interactions as (
    select
        customer_id,
        event_at
    from {{ ref('stg_interactions') }}
    where {{ until_as_of('event_at') }}
),

active as (
    select customer_id
    from interactions
    group by customer_id
    having count(*) > {{ fewest }}
),

per_minute as (
    select
        interactions.customer_id,
        date_trunc('minute', interactions.event_at) as minute_at,
        count(*) as interaction_count
    from interactions
    inner join active on interactions.customer_id = active.customer_id
    group by interactions.customer_id, date_trunc('minute', interactions.event_at)
),

per_day as (
    select
        customer_id,
        sum(interaction_count) as interaction_count,
        max(interaction_count) as most_in_a_minute
    from per_minute
    group by customer_id, date_trunc('day', minute_at)
),

rates as (
    select
        customer_id,
        cast(sum(interaction_count) as bigint) as interaction_count,
        cast(max(interaction_count) as bigint) as most_in_a_day,
        max(most_in_a_minute) as most_in_a_minute
    from per_day
    group by customer_id
)

select * from rates
where
    most_in_a_day > {{ var('automated_per_day') }}
    or most_in_a_minute > {{ var('automated_per_minute') }}
