{# Sum of the weights of rules: touched soon after what the customer touched. #}
{{ config(materialized='ephemeral') }}

select
    origin,
    product_id,
    customer_id,
    nullif(rule_score, 0) as score
from {{ ref('int_candidates') }}
