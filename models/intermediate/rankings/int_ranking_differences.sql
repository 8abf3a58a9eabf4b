{#
    Every ranking compared with every other, customer by customer: what both hit cancels out.
    The square of the differences is the variance of their sum over customers who come and go
    independently. The cutoffs before the split choose (`is_choice`), the split confirms.
#}
{{ config(tags=['evidence']) }}

with hits as (
    select * from {{ ref('int_ranking_hits') }}
),

totals as (
    select * from {{ ref('int_ranking_totals') }}
),

origins as (
    select * from {{ ref('int_rolling_origins') }}
),

shared as (
    select
        hits.decision,
        hits.origin,
        hits.ranking,
        compared.ranking as compared_with,
        sum(hits.hit_count * compared.hit_count) as product_sum
    from hits
    inner join hits as compared
        on
            hits.decision = compared.decision
            and hits.origin = compared.origin
            and hits.customer_id = compared.customer_id
    group by hits.decision, hits.origin, hits.ranking, compared.ranking
),

-- (a - b) squared, summed over customers.
compared as (
    select
        totals.decision,
        totals.ranking,
        rivals.ranking as compared_with,
        not origins.is_split as is_choice,
        sum(totals.place_count) as place_count,
        sum(totals.hit_count) as hit_count,
        sum(rivals.hit_count) as compared_hit_count,
        sum(totals.squared_hits) as squared_hits,
        sum(totals.chance_hit_count) as chance_hit_count,
        sum(
            totals.squared_hits + rivals.squared_hits
            - 2 * coalesce(shared.product_sum, 0)
        ) as squared_differences
    from totals
    inner join origins on totals.origin = origins.origin
    inner join totals as rivals
        on
            totals.decision = rivals.decision
            and totals.origin = rivals.origin
            and totals.ranking <> rivals.ranking
    left join shared
        on
            totals.decision = shared.decision
            and totals.origin = shared.origin
            and totals.ranking = shared.ranking
            and rivals.ranking = shared.compared_with
    group by totals.decision, totals.ranking, rivals.ranking, not origins.is_split
),

final as (
    select
        decision,
        ranking,
        compared_with,
        is_choice,
        cast(place_count as bigint) as place_count,
        cast(hit_count as bigint) as hit_count,
        cast(compared_hit_count as bigint) as compared_hit_count,
        cast(hit_count - compared_hit_count as bigint) as difference,
        sqrt(cast(squared_differences as double)) as standard_error,
        hit_count - 1.959963984540054 * sqrt(cast(squared_hits as double))
        > chance_hit_count as is_above_chance
    from compared
)

select * from final
