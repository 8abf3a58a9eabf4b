{{ config(materialized='view', meta={'compared_by': 'content'}) }}

-- depends_on: {{ ref('int_log_window') }}
with interactions as (
    select * from {{ ref('int_interactions') }}
),

{% if var('evaluation_period') is not none %}
log_window as (
    select * from {{ ref('int_log_window') }}
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
    cross join log_window
    where
        interactions.event_at
        < {{ dbt.date_trunc(var('evaluation_period'), 'log_window.as_of_at') }}
    {% endif %}
)

select * from evaluated
