{{ config(materialized='view') }}

-- depends_on: {{ ref('int_automated_customers') }}
with interactions as (
    select * from {{ ref('stg_interactions') }}
),

event_weights as (
    select * from {{ ref('stg_event_weights') }}
),

weighted as (
    select
        interactions.customer_id,
        interactions.product_id,
        interactions.event,
        interactions.event_at,
        interactions.batch,
        interactions.revenue,
        coalesce(event_weights.weight, 1.0) as event_weight,
        coalesce(event_weights.is_feedback, false) as is_feedback
    from interactions
    left join event_weights on interactions.event = event_weights.event
    {% if var('automated') == 'exclude' %}
    left join {{ ref('int_automated_customers') }} as automated_customers
        on interactions.customer_id = automated_customers.customer_id
    where
        automated_customers.customer_id is null
        and {{ until_as_of('interactions.event_at') }}
    {% else %}
    where {{ until_as_of('interactions.event_at') }}
    {% endif %}
)

select * from weighted
