{#
    How close a customer is to the product in the factors of collaborative filtering, for the
    first customers of each product. A program learns them; lists of another log do not count.
#}
{{ config(materialized='ephemeral') }}

select
    als_rankings.origin,
    als_rankings.product_id,
    als_rankings.customer_id,
    als_rankings.score
from {{ ref('stg_als_rankings') }} as als_rankings
inner join {{ ref('int_cutoff_logs') }} as cutoff_logs
    on
        als_rankings.origin = cutoff_logs.origin
        and als_rankings.log_fingerprint = cutoff_logs.log_fingerprint
