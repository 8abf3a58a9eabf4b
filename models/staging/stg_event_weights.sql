with seed_weights as (
    select * from {{ ref('event_weights') }}
),

-- A weight of the mapping replaces the seed's.
mapped_weights as (
    {% for event, weight in var('event_weights').items() %}
    select
        {{ text_literal(event | string | trim | lower) }} as event,
        {{ weight }} as weight
    {{ 'union all' if not loop.last }}
    {% else %}
    select
        event,
        weight
    from seed_weights
    where false
    {% endfor %}
),

given as (
    select
        event,
        weight
    from mapped_weights
    union all
    select
        seed_weights.event,
        seed_weights.weight
    from seed_weights
    left join mapped_weights on seed_weights.event = mapped_weights.event
    where mapped_weights.event is null
),

feedback_events as (
    select distinct event
    from {{ ref('stg_feedback_events') }}
),

-- Feedback speaks against the product: without a weight of its own it counts 0.
final as (
    select
        -- A decimal: sums of doubles depend on the order, and with it on the threads.
        cast(coalesce(given.weight, 0) as decimal(18, 6)) as weight,
        coalesce(given.event, feedback_events.event) as event,
        feedback_events.event is not null as is_feedback
    from given
    full outer join feedback_events on given.event = feedback_events.event
)

select * from final
