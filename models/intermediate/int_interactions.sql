{{ config(materialized='view') }}

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
        coalesce(event_weights.weight, 1.0) as event_weight
    from interactions
    left join event_weights on interactions.event = event_weights.event
    where {{ until_as_of('interactions.event_at') }}
)

select * from weighted
