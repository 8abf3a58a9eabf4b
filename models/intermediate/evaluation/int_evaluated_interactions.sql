{{ config(materialized='view', meta={'compared_by': 'content'}) }}

-- depends_on: {{ ref('int_evaluation_window') }}
with interactions as (
    select * from {{ ref('int_interactions') }}
),

{% if var('evaluation_period') is not none %}
evaluation_window as (
    select * from {{ ref('int_evaluation_window') }}
),

{% endif %}
evaluated as (
    select
        interactions.customer_id,
        interactions.product_id,
        interactions.event,
        interactions.event_at,
        interactions.event_weight
    from interactions
    {% if var('evaluation_period') is not none %}
    cross join evaluation_window
    where interactions.event_at < evaluation_window.evaluated_until_at
    {% endif %}
)

select * from evaluated
