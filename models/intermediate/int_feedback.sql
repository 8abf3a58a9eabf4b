{# Reads the whole log: the seed may name another event since the last build. #}
with interactions as (
    select * from {{ ref('int_interactions') }}
),

feedback_events as (
    select * from {{ ref('stg_feedback_events') }}
),

final as (
    select
        interactions.customer_id,
        interactions.product_id,
        feedback_events.event,
        feedback_events.effect,
        count(*) as row_count
    from interactions
    inner join feedback_events on interactions.event = feedback_events.event
    group by
        interactions.customer_id, interactions.product_id, feedback_events.event,
        feedback_events.effect
)

select * from final
