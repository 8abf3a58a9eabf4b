{#
    Which ranking the evidence chooses. Each kind of audience has a default, and the first of
    the challengers that are better replaces it.

    - Customers: the default is engagement.
    - Products, known and new: the default is the combination, if its hits tell anything: at
      least 30, clearly more than chance, and no fewer than those of the ranking of customers.
      Otherwise it is the ranking of customers; engagement, if no ranking has 30 hits.
#}
{{ config(tags=['evidence']) }}

with challengers as (
    select * from {{ ref('int_ranking_challengers') }}
),

decisions as (
    select
        decision,
        max(greatest(hit_count, compared_hit_count)) as most_hits
    from challengers
    group by decision
),

best as (
    select
        decision,
        compared_with,
        ranking
    from challengers
    where is_better and place = 1
),

customers as (
    select coalesce(max(ranking), 'engagement') as ranking
    from best
    where decision = 'customers' and compared_with = 'engagement'
),

defaults as (
    select
        decisions.decision,
        customers.ranking as customer_ranking,
        case
            when decisions.decision = 'customers' then 'engagement'
            when
                hybrid.hit_count >= {{ minimum_hits() }}
                and hybrid.difference >= 0
                and not hybrid.is_rejected
                and hybrid.is_above_chance
                then 'hybrid'
            when decisions.most_hits < {{ minimum_hits() }} then 'engagement'
            else customers.ranking
        end as default_ranking
    from decisions
    cross join customers
    left join challengers as hybrid
        on
            decisions.decision = hybrid.decision
            and hybrid.ranking = 'hybrid'
            and customers.ranking = hybrid.compared_with
),

final as (
    select
        defaults.decision,
        defaults.customer_ranking,
        defaults.default_ranking,
        coalesce(best.ranking, defaults.default_ranking) as served_ranking
    from defaults
    left join best
        on
            defaults.decision = best.decision
            and defaults.default_ranking = best.compared_with
)

select * from final
