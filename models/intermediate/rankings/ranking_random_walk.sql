{# The same with the weights of a random walk (RP3beta). #}
{{ config(materialized='ephemeral') }}

select
    origin,
    product_id,
    customer_id,
    nullif(walk_score, 0) as score
from {{ ref('int_candidates') }}
