{#
    Every ranking compared with every other, customer by customer: what both hit cancels out.
    The square of a customer's difference, over all cutoffs that are compared together, is
    the variance of the sum over customers who come and go independently. The cutoffs before
    the split choose (`is_choice`); the split can only reject.
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

-- Also of the same customer at two cutoffs: the same customers come back at both.
products as (
    select
        hits.decision,
        hits.ranking,
        hits.origin,
        compared.ranking as compared_with,
        compared.origin as compared_origin,
        sum(hits.hit_count * compared.hit_count) as product_sum
    from hits
    inner join origins on hits.origin = origins.origin
    inner join hits as compared
        on
            hits.decision = compared.decision
            and hits.customer_id = compared.customer_id
    inner join origins as compared_origins
        on
            compared.origin = compared_origins.origin
            and origins.is_split = compared_origins.is_split
    group by
        hits.decision, hits.ranking, hits.origin, compared.ranking, compared.origin
),

-- Rankings are compared at the cutoffs that both are measured at.
pairs as (
    select
        totals.decision,
        totals.ranking,
        rivals.ranking as compared_with,
        totals.origin,
        totals.place_count,
        totals.hit_count,
        rivals.hit_count as compared_hit_count,
        totals.chance_hit_count,
        not origins.is_split as is_choice
    from totals
    inner join origins on totals.origin = origins.origin
    inner join totals as rivals
        on
            totals.decision = rivals.decision
            and totals.origin = rivals.origin
            and totals.ranking <> rivals.ranking
),

compared as (
    select
        decision,
        ranking,
        compared_with,
        is_choice,
        count(*) as cutoff_count,
        sum(place_count) as place_count,
        sum(hit_count) as hit_count,
        sum(compared_hit_count) as compared_hit_count,
        sum(chance_hit_count) as chance_hit_count
    from pairs
    group by decision, ranking, compared_with, is_choice
),

-- (a - b) squared = a squared + b squared - 2 a b, summed over customers.
squares as (
    select
        pairs.decision,
        pairs.ranking,
        pairs.compared_with,
        pairs.is_choice,
        sum(coalesce(own.product_sum, 0)) as squared_hits,
        sum(
            coalesce(own.product_sum, 0) + coalesce(rival.product_sum, 0)
            - 2 * coalesce(shared.product_sum, 0)
        ) as squared_differences
    from pairs
    inner join pairs as other_pairs
        on
            pairs.decision = other_pairs.decision
            and pairs.ranking = other_pairs.ranking
            and pairs.compared_with = other_pairs.compared_with
            and pairs.is_choice = other_pairs.is_choice
    left join products as own
        on
            pairs.decision = own.decision
            and pairs.ranking = own.ranking
            and pairs.origin = own.origin
            and pairs.ranking = own.compared_with
            and other_pairs.origin = own.compared_origin
    left join products as rival
        on
            pairs.decision = rival.decision
            and pairs.compared_with = rival.ranking
            and pairs.origin = rival.origin
            and pairs.compared_with = rival.compared_with
            and other_pairs.origin = rival.compared_origin
    left join products as shared
        on
            pairs.decision = shared.decision
            and pairs.ranking = shared.ranking
            and pairs.origin = shared.origin
            and pairs.compared_with = shared.compared_with
            and other_pairs.origin = shared.compared_origin
    group by pairs.decision, pairs.ranking, pairs.compared_with, pairs.is_choice
),

final as (
    select
        compared.decision,
        compared.ranking,
        compared.compared_with,
        compared.is_choice,
        cast(compared.cutoff_count as bigint) as cutoff_count,
        cast(compared.place_count as bigint) as place_count,
        cast(compared.hit_count as bigint) as hit_count,
        cast(compared.compared_hit_count as bigint) as compared_hit_count,
        cast(compared.hit_count - compared.compared_hit_count as bigint) as difference,
        sqrt(cast(squares.squared_differences as double)) as standard_error,
        compared.hit_count
        - 1.959963984540054 * sqrt(cast(squares.squared_hits as double))
        > compared.chance_hit_count as is_above_chance
    from compared
    inner join squares
        on
            compared.decision = squares.decision
            and compared.ranking = squares.ranking
            and compared.compared_with = squares.compared_with
            and compared.is_choice = squares.is_choice
)

select * from final
