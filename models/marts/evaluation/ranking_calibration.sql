{#
    Whether the probabilities hold at the split, which no fit has seen. Expected calibration
    error: Naeini, Cooper and Hauskrecht 2015; Brier score: Brier 1950.
#}
with examples as (
    select * from {{ ref('int_probability_examples') }}
    where is_split
),

weights as (
    select * from {{ ref('int_probability_weights') }}
),

evaluation_window as (
    select * from {{ ref('int_evaluation_window') }}
),

predicted as (
    select
        weights.audience,
        weights.outcome,
        {{ fitted_probability('examples', 'weights') }} as probability,
        sum(examples.place_count) as place_count,
        sum(
            case weights.outcome
                when 'touched' then examples.touched_count
                else examples.purchased_count
            end
        ) as hit_count
    from examples
    inner join weights on examples.audience = weights.audience
    group by
        weights.audience,
        weights.outcome,
        {{ fitted_probability('examples', 'weights') }}
),

-- Tenths of the places; equal probabilities stay together, in the tenth of the first.
grouped as (
    select
        *,
        1 + floor(
            10.0 * coalesce(sum(place_count) over (
                partition by audience, outcome
                order by probability desc
                rows between unbounded preceding and 1 preceding
            ), 0) / sum(place_count) over (partition by audience, outcome)
        ) as bin
    from predicted
),

-- Decimals: sums of doubles depend on the order.
counted as (
    select
        audience,
        outcome,
        bin,
        sum(place_count) as place_count,
        sum(hit_count) as hit_count,
        cast(sum(cast(probability * place_count as decimal(28, 12))) as double)
        / sum(place_count) as probability,
        sum(
            cast(
                hit_count * (1 - probability) * (1 - probability)
                + (place_count - hit_count) * probability * probability
                as decimal(28, 12)
            )
        ) as squared_error
    from grouped
    group by audience, outcome, bin
),

totals as (
    select
        audience,
        outcome,
        cast(
            sum(
                cast(
                    abs(probability * place_count - hit_count) as decimal(28, 12)
                )
            ) as double
        ) / sum(place_count) as calibration_error,
        cast(sum(squared_error) as double) / sum(place_count) as brier_score
    from counted
    group by audience, outcome
),

-- How many hits a hit brings along, itself included, because hits of one customer come
-- together (Kish 1965): in the lists that the probabilities are of.
design_effects as (
    select
        served.audience,
        greatest(
            cast(ranking_totals.squared_hits as double)
            / greatest(ranking_totals.hit_count, 1),
            1
        ) as design_effect
    from {{ ref('int_ranking_totals') }} as ranking_totals
    inner join {{ ref('int_served_rankings') }} as served
        on
            ranking_totals.decision = served.audience
            and ranking_totals.ranking = served.ranking
    inner join {{ ref('int_rolling_origins') }} as origins
        on ranking_totals.origin = origins.origin
    where origins.is_split
),

final as (
    select
        cast(counted.audience as {{ dbt.type_string() }}) as audience,
        cast(counted.outcome as {{ dbt.type_string() }}) as outcome,
        cast(counted.bin as bigint) as bin,
        cast(counted.place_count as bigint) as place_count,
        cast(counted.hit_count as bigint) as hit_count,
        cast(counted.probability as double) as probability,
        cast(counted.hit_count as double) / counted.place_count as hit_share,
        {% for bound in ['low', 'high'] %}
        round({{ wilson_interval(
            bound, '(counted.hit_count / design_effects.design_effect)',
            '(counted.place_count / design_effects.design_effect)'
        ) }}, 12) as hit_share_{{ bound }},
        {% endfor %}
        cast(totals.calibration_error as double) as calibration_error,
        cast(totals.brier_score as double) as brier_score,
        evaluation_window.measured_until
    from counted
    inner join totals
        on
            counted.audience = totals.audience
            and counted.outcome = totals.outcome
    inner join design_effects on counted.audience = design_effects.audience
    cross join evaluation_window
)

select * from final
