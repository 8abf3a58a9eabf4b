{# How much of the product's attributes the customer touched. #}
{{ config(materialized='ephemeral') }}

select
    origin,
    product_id,
    customer_id,
    nullif(affinity, 0) as score
from {{ ref('int_candidates') }}
