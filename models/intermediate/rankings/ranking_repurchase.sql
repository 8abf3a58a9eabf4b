{#
    Earlier purchases of the product, counting half after an eighth of the log; only where
    audiences keep the customers who purchased the product.
#}
{{ config(materialized='ephemeral') }}

with pairs as (
    select * from {{ ref('int_cutoff_pairs') }}
),

cutoffs as (
    select * from {{ ref('int_ranking_cutoffs') }}
)

select
    pairs.origin,
    pairs.product_id,
    pairs.customer_id,
    round(
        ln(pairs.purchased_count) + ln(cast(0.5 as double)) * (
            8 * {{ dbt.datediff(
                'pairs.last_purchased_at', 'cutoffs.split_at', 'second'
            ) }} / cutoffs.span_seconds
        ),
        9
    ) as score
from pairs
inner join cutoffs on pairs.origin = cutoffs.origin
where pairs.purchased_count > 0 and not pairs.is_excluded
