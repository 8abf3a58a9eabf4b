{# The mean number of customers of the products that a customer touched. #}
{{ config(materialized='ephemeral') }}

with pairs as (
    select * from {{ ref('int_cutoff_pairs') }}
),

product_sizes as (
    select
        origin,
        product_id,
        count(*) as customer_count
    from {{ ref('int_cutoff_pairs') }}
    group by origin, product_id
)

select
    pairs.origin,
    pairs.customer_id,
    cast(sum(product_sizes.customer_count) as double) / count(*) as score
from pairs
inner join product_sizes
    on
        pairs.origin = product_sizes.origin
        and pairs.product_id = product_sizes.product_id
group by pairs.origin, pairs.customer_id
