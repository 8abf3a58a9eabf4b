{# 0.5 ln(products) - 0.1 ln(0.01 + unseen share of the log). #}
{{ config(materialized='ephemeral') }}

select
    origin,
    customer_id,
    activity as score
from {{ ref('int_cutoff_customers') }}
