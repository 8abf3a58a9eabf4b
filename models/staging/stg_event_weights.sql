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

combined as (
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

final as (
    select
        event,
        -- A decimal: sums of doubles depend on the order, and with it on the threads.
        cast(weight as decimal(18, 6)) as weight
    from combined
)

select * from final
