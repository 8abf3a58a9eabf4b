{# Number of products times the share of the attributes in them, as a logarithm. #}
{{ config(materialized='ephemeral') }}

select
    origin,
    product_id,
    customer_id,
    round(ln(product_count * affinity_share), 9) as score
from {{ ref('int_candidates') }}
