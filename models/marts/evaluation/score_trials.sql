with trial_scores as (
    select * from {{ ref('int_trial_scores') }}
),

evaluation_window as (
    select * from {{ ref('int_evaluation_window') }}
),

blocks as (
    select * from {{ ref('int_targeting_blocks') }}
),

tenths as (
    select
        origin,
        ranking_kind,
        ranking,
        outcome,
        audience_size,
        customer_count,
        responders,
        response_rate
    from {{ ref('targeting_lift') }}
    where decile = 1
),

-- The top tenth: all customers above the bounding score, and this share of those with
-- that score.
bounding_scores as (
    select
        tenths.origin,
        tenths.ranking,
        tenths.outcome,
        tenths.audience_size,
        blocks.score,
        cast(tenths.audience_size - blocks.customers_above as double)
        / blocks.customer_count as share_of_bound
    from tenths
    inner join blocks
        on
            tenths.origin = blocks.origin
            and tenths.ranking = blocks.ranking
            and tenths.audience_size > blocks.customers_above
            and blocks.customers_above + blocks.customer_count >= tenths.audience_size
    where tenths.ranking_kind in ('weights', 'definition')
),

-- The share of each profile that is in the other top tenth, and how many of those who
-- respond are in this one, that one, or both.
memberships as (
    {% for outcome in ['interaction', 'purchased'] %}
    select
        trial_scores.origin,
        trial_scores.ranking,
        '{{ outcome }}' as outcome,
        trial_scores.{{ outcome }}_count as responders,
        trial_scores.top_tenth_{{ outcome }}_count as top_responders,
        cast(
            case
                when trial_scores.score > bounding_scores.score then 1
                when trial_scores.score = bounding_scores.score
                    then bounding_scores.share_of_bound
                else 0
            end as decimal(18, 9)
        ) as membership
    from trial_scores
    inner join bounding_scores
        on
            trial_scores.origin = bounding_scores.origin
            and trial_scores.ranking = bounding_scores.ranking
            and bounding_scores.outcome = '{{ outcome }}'
    where
        trial_scores.{{ outcome }}_count > 0
        and trial_scores.ranking_kind in ('weights', 'definition')
    {{ 'union all' if not loop.last }}
    {% endfor %}
),

-- Optimisation: there are few shares, and products of decimals are slow.
shares as (
    select
        origin,
        ranking,
        outcome,
        membership,
        -- Small enough that no engine rounds a product.
        cast(sum(responders) as decimal(15, 0)) as responders,
        cast(sum(top_responders) as decimal(15, 0)) as top_responders
    from memberships
    group by origin, ranking, outcome, membership
),

summed as (
    select
        origin,
        ranking,
        outcome,
        cast(sum(membership * responders - top_responders) as double) as difference,
        cast(
            sum(
                cast((1 - membership) * (1 - membership) as decimal(18, 9))
                * top_responders
                + cast(membership * membership as decimal(18, 9))
                * (responders - top_responders)
            ) as double
        ) as squared_difference
    from shares
    group by origin, ranking, outcome
),

compared as (
    select
        trials.origin,
        trials.ranking_kind,
        trials.ranking,
        trials.outcome,
        trials.audience_size,
        trials.response_rate,
        engagement.response_rate as engagement_response_rate,
        coalesce(summed.difference, 0) / trials.audience_size as difference,
        -- Of a sum over customers who come and go independently.
        1.959963984540054 * sqrt(
            coalesce(summed.squared_difference, 0)
            - coalesce(summed.difference, 0) * coalesce(summed.difference, 0)
            / trials.customer_count
        ) / trials.audience_size as half_width
    from tenths as trials
    inner join tenths as engagement
        on
            trials.origin = engagement.origin
            and trials.outcome = engagement.outcome
            and engagement.ranking = 'engagement'
    left join summed
        on
            trials.origin = summed.origin
            and trials.ranking = summed.ranking
            and trials.outcome = summed.outcome
    where trials.ranking_kind in ('weights', 'definition')
),

typed as (
    select
        cast(origin as bigint) as origin,
        cast(ranking_kind as {{ dbt.type_string() }}) as ranking_kind,
        cast(ranking as {{ dbt.type_string() }}) as ranking,
        cast(outcome as {{ dbt.type_string() }}) as outcome,
        cast(audience_size as bigint) as audience_size,
        cast(response_rate as double) as response_rate,
        cast(engagement_response_rate as double) as engagement_response_rate,
        cast(difference as double) as difference,
        cast(difference - half_width as double) as difference_low,
        cast(difference + half_width as double) as difference_high
    from compared
),

final as (
    select
        typed.*,
        evaluation_window.measured_until
    from typed
    cross join evaluation_window
)

select * from final
