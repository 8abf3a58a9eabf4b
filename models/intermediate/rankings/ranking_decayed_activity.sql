{# Products, each counting half after the half-life of int_decay_half_lives. #}
{{ config(materialized='ephemeral') }}

with pairs as (
    select * from {{ ref('int_cutoff_pairs') }}
),

cutoffs as (
    select
        cutoffs.origin,
        cutoffs.split_at,
        half_lives.half_life_seconds
    from {{ ref('int_ranking_cutoffs') }} as cutoffs
    inner join {{ ref('int_decay_half_lives') }} as half_lives
        on cutoffs.origin = half_lives.origin
)

select
    pairs.origin,
    pairs.customer_id,
    cast(
        sum(
            cast(
                power(
                    cast(0.5 as double),
                    {{ dbt.datediff(
                        'pairs.last_interaction_at', 'cutoffs.split_at', 'second'
                    ) }} / cutoffs.half_life_seconds
                ) as decimal(18, 12)
            )
        ) as double
    ) as score
from pairs
inner join cutoffs on pairs.origin = cutoffs.origin
group by pairs.origin, pairs.customer_id
