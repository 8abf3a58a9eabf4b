{# Sum of the weights of the product's neighbours that the customer touched. #}
{{ config(materialized='ephemeral') }}

select
    origin,
    product_id,
    customer_id,
    nullif(neighbour_score, 0) as score
from {{ ref('int_candidates') }}
