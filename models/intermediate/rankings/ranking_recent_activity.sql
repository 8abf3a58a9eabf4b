{# Interactions of the last 30 days / (days since the last interaction + 1). #}
{{ config(materialized='ephemeral') }}

select
    origin,
    customer_id,
    recent_activity as score
from {{ ref('int_cutoff_customers') }}
