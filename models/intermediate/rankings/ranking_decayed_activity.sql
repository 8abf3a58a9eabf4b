{# Products, each counting half after an eighth of the log. #}
{{ config(materialized='ephemeral') }}

with pairs as (
    select * from {{ ref('int_cutoff_pairs') }}
),

cutoffs as (
    select * from {{ ref('int_ranking_cutoffs') }}
)

select
    pairs.origin,
    pairs.customer_id,
    cast(
        sum(
            cast(
                power(
                    cast(0.5 as double),
                    8 * {{ dbt.datediff(
                        'pairs.last_interaction_at', 'cutoffs.split_at', 'second'
                    ) }} / cutoffs.span_seconds
                ) as decimal(18, 12)
            )
        ) as double
    ) as score
from pairs
inner join cutoffs on pairs.origin = cutoffs.origin
group by pairs.origin, pairs.customer_id
