with ranking as (
    select * from {{ ref('int_origin_engagement_ranks') }}
),

trial_scores as (
    select * from {{ ref('int_trial_scores') }}
),

populations as (
    select
        origin,
        count(*) as customer_count
    from ranking
    group by origin
),

-- The score in use ranks without ties. Audiences end after a round number of customers
-- or a tenth of them: between two such places the order does not matter.
ranked as (
    select
        ranking.origin,
        ranking.engagement_rank,
        ranking.is_late,
        ranking.is_late_purchaser,
        floor(
            (ranking.engagement_rank - 1) * 10.0 / populations.customer_count
        ) as tenths_above,
        case
            {% for size in round_sizes(10, 1000000000) %}
            when ranking.engagement_rank <= {{ size }} then {{ size }}
            {% endfor %}
        end as next_round_number
    from ranking
    inner join populations on ranking.origin = populations.origin
),

blocks as (
    select
        origin,
        'production' as ranking_kind,
        'engagement' as ranking,
        cast(-min(engagement_rank) as double) as score,
        count(*) as customer_count,
        count(case when is_late then 1 end) as interaction_count,
        count(case when is_late_purchaser then 1 end) as purchased_count
    from ranked
    group by origin, tenths_above, next_round_number
    union all
    select
        origin,
        ranking_kind,
        ranking,
        score,
        sum(customer_count) as customer_count,
        sum(interaction_count) as interaction_count,
        sum(purchased_count) as purchased_count
    from trial_scores
    group by origin, ranking_kind, ranking, score
),

-- Optimisation: doubles, which hold whole numbers of this size exactly and which DuckDB
-- adds faster than the 128 bits that it gives the sum of whole numbers.
counted as (
    select
        origin,
        ranking_kind,
        ranking,
        score,
        cast(customer_count as double) as customer_count,
        cast(interaction_count as double) as interaction_count,
        cast(purchased_count as double) as purchased_count
    from blocks
),

cumulated as (
    select
        *,
        sum(customer_count) over above_and_own as reached_count,
        sum(interaction_count) over above_and_own as reached_interaction_count,
        sum(purchased_count) over above_and_own as reached_purchased_count
    from counted
    window above_and_own as (
        partition by origin, ranking
        order by score desc
        rows between unbounded preceding and current row
    )
),

final as (
    select
        origin,
        ranking_kind,
        ranking,
        score,
        cast(customer_count as bigint) as customer_count,
        cast(interaction_count as bigint) as interaction_count,
        cast(purchased_count as bigint) as purchased_count,
        cast(reached_count - customer_count as bigint) as customers_above,
        cast(reached_interaction_count - interaction_count as bigint)
            as interactions_above,
        cast(reached_purchased_count - purchased_count as bigint)
            as purchases_above
    from cumulated
)

select * from final
