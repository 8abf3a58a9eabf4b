{# Sum of the weights of a random walk (RP3beta) from products that the customer touched. #}
{{ config(materialized='ephemeral') }}

select
    origin,
    product_id,
    customer_id,
    nullif(walk_score, 0) as score
from {{ ref('int_candidates') }}
