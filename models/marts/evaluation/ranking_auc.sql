{#
    The area under the curve of a ranking, and its variance by DeLong, DeLong and
    Clarke-Pearson (1988, doi:10.2307/2531595), from blocks of customers who tie. The interval
    is symmetric on the logit scale, so that it stays within 0 and 1.
#}
with blocks as (
    select * from {{ ref('int_targeting_blocks') }}
),

origin_ranking as (
    select * from {{ ref('int_origin_engagement_ranks') }}
),

evaluation_window as (
    select * from {{ ref('int_evaluation_window') }}
),

populations as (
    select
        origin,
        count(*) as customer_count,
        count(case when is_late then 1 end) as interaction_count,
        count(case when is_late_purchaser then 1 end) as purchased_count
    from origin_ranking
    group by origin
),

outcomes as (
    {% for outcome, flag in {
        'interaction': 'is_late', 'purchased': 'is_late_purchaser'
    }.items() %}
    select
        '{{ outcome }}' as outcome,
        origin_ranking.origin,
        origin_ranking.engagement_rank,
        populations.customer_count,
        row_number() over (
            partition by origin_ranking.origin
            order by origin_ranking.engagement_rank
        ) as responder_number,
        lead(origin_ranking.engagement_rank) over (
            partition by origin_ranking.origin
            order by origin_ranking.engagement_rank
        ) as next_rank
    from origin_ranking
    inner join populations on origin_ranking.origin = populations.origin
    where origin_ranking.{{ flag }}
    {{ 'union all' if not loop.last }}
    {% endfor %}
),

-- The score in use has no ties: each responder, and then the customers up to the next.
placed as (
    {% for outcome, above in {
        'interaction': 'interactions_above', 'purchased': 'purchases_above'
    }.items() %}
    select
        origin,
        ranking_kind,
        ranking,
        '{{ outcome }}' as outcome,
        {{ outcome }}_count as responders,
        customer_count - {{ outcome }}_count as non_responders,
        {{ above }} as responders_above,
        customers_above - {{ above }} as non_responders_above
    from blocks
    where ranking_kind <> 'production'
    union all
    {% endfor %}
    select
        origin,
        'production' as ranking_kind,
        'engagement' as ranking,
        outcome,
        1 as responders,
        0 as non_responders,
        responder_number - 1 as responders_above,
        engagement_rank - responder_number as non_responders_above
    from outcomes
    union all
    select
        origin,
        'production' as ranking_kind,
        'engagement' as ranking,
        outcome,
        0 as responders,
        coalesce(next_rank, customer_count + 1) - engagement_rank - 1 as non_responders,
        responder_number as responders_above,
        engagement_rank - responder_number as non_responders_above
    from outcomes
),

counted as (
    {% for outcome in ['interaction', 'purchased'] %}
    select
        origin,
        '{{ outcome }}' as outcome,
        customer_count,
        {{ outcome }}_count as responder_count,
        customer_count - {{ outcome }}_count as silent_count
    from populations
    where {{ outcome }}_count > 1 and customer_count - {{ outcome }}_count > 1
    {{ 'union all' if not loop.last }}
    {% endfor %}
),

-- Of a responder, the share of the others below; of another customer, the share of the
-- responders above. A tie counts half.
shared as (
    select
        placed.*,
        counted.customer_count,
        counted.responder_count,
        counted.silent_count,
        1 - (placed.non_responders_above + cast(placed.non_responders as double) / 2)
        / counted.silent_count as below_share,
        (placed.responders_above + cast(placed.responders as double) / 2)
        / counted.responder_count as above_share
    from placed
    inner join counted
        on
            placed.origin = counted.origin
            and placed.outcome = counted.outcome
),

-- Decimals: sums of doubles depend on the order.
summed as (
    select
        origin,
        ranking_kind,
        ranking,
        outcome,
        customer_count,
        responder_count,
        silent_count,
        cast(
            sum(cast(responders * below_share * below_share as decimal(28, 12)))
            as double
        ) as below_squares,
        cast(
            sum(cast(non_responders * above_share * above_share as decimal(28, 12)))
            as double
        ) as above_squares,
        cast(sum(cast(responders * below_share as decimal(28, 12))) as double)
        / responder_count as auc
    from shared
    group by
        origin,
        ranking_kind,
        ranking,
        outcome,
        customer_count,
        responder_count,
        silent_count
),

varied as (
    select
        *,
        sqrt(
            greatest(0, below_squares - responder_count * auc * auc)
            / (responder_count - 1) / responder_count
            + greatest(0, above_squares - silent_count * auc * auc)
            / (silent_count - 1) / silent_count
        ) as standard_error,
        count(*) over (partition by origin, outcome, ranking_kind) as compared_count
    from summed
),

bounded as (
    select
        *,
        standard_error / nullif(auc * (1 - auc), 0) as logit_error,
        case
            when auc > 0 and auc < 1 then ln(auc / (1 - auc))
        end as logit
    from varied
),

final as (
    select
        cast(bounded.origin as bigint) as origin,
        cast(bounded.ranking_kind as {{ dbt.type_string() }}) as ranking_kind,
        cast(bounded.ranking as {{ dbt.type_string() }}) as ranking,
        cast(bounded.outcome as {{ dbt.type_string() }}) as outcome,
        cast(bounded.customer_count as bigint) as customer_count,
        cast(bounded.responder_count as bigint) as responder_count,
        cast(round(bounded.auc, 9) as double) as auc,
        {% for bound, distance in [
            ('auc_low', '-1.959963984540054'),
            ('auc_high', '1.959963984540054'),
            ('corrected_low', '-' ~ normal_quantile('0.025 / bounded.compared_count')),
            ('corrected_high', normal_quantile('0.025 / bounded.compared_count')),
        ] %}
        cast(round(
            1 / (1 + exp(-(bounded.logit + {{ distance }} * bounded.logit_error))), 9
        ) as double) as {{ bound }},
        {% endfor %}
        evaluation_window.measured_until
    from bounded
    cross join evaluation_window
)

select * from final
