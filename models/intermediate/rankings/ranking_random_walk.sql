{# Sum of the weights (RP3beta) of walks from products that the customer touched. #}
{{ config(materialized='ephemeral') }}

select
    origin,
    product_id,
    customer_id,
    nullif(walk_score, 0) as score
from {{ ref('int_candidates') }}
