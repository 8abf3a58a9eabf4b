with trial_scores as (
    select * from {{ ref('int_trial_scores') }}
),

blocks as (
    select
        origin,
        ranking_kind,
        ranking,
        score,
        count(*) as customer_count,
        count(case when is_late then 1 end) as interaction_count,
        count(case when is_late_purchaser then 1 end) as purchased_count
    from trial_scores
    group by origin, ranking_kind, ranking, score
),

cumulated as (
    select
        *,
        sum(customer_count) over above_and_own as reached_count,
        sum(interaction_count) over above_and_own as reached_interaction_count,
        sum(purchased_count) over above_and_own as reached_purchased_count
    from blocks
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
        customer_count,
        interaction_count,
        purchased_count,
        cast(reached_count - customer_count as bigint) as customers_above,
        cast(reached_interaction_count - interaction_count as bigint)
            as interactions_above,
        cast(reached_purchased_count - purchased_count as bigint)
            as purchases_above
    from cumulated
)

select * from final
