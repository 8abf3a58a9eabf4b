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
        examples.product_id,
        examples.customer_id,
        {{ fitted_probability('examples', 'weights') }} as probability,
        case weights.outcome
            when 'touched' then examples.is_touched
            else examples.is_purchased
        end as is_hit
    from examples
    inner join weights on examples.audience = weights.audience
),

grouped as (
    select
        *,
        ntile(10) over (
            partition by audience, outcome
            order by probability desc, product_id asc, customer_id asc
        ) as bin
    from predicted
),

-- Decimals: sums of doubles depend on the order.
counted as (
    select
        audience,
        outcome,
        bin,
        count(*) as place_count,
        count(case when is_hit then 1 end) as hit_count,
        cast(avg(cast(probability as decimal(18, 15))) as double) as probability,
        sum(
            cast(
                power(probability - case when is_hit then 1 else 0 end, 2)
                as decimal(18, 15)
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

final as (
    select
        cast(counted.audience as {{ dbt.type_string() }}) as audience,
        cast(counted.outcome as {{ dbt.type_string() }}) as outcome,
        cast(counted.bin as bigint) as bin,
        cast(counted.place_count as bigint) as place_count,
        cast(counted.hit_count as bigint) as hit_count,
        cast(counted.probability as double) as probability,
        cast(counted.hit_count as double) / counted.place_count as hit_share,
        {{ wilson_interval('low', 'counted.hit_count', 'counted.place_count') }}
            as hit_share_low,
        {{ wilson_interval('high', 'counted.hit_count', 'counted.place_count') }}
            as hit_share_high,
        cast(totals.calibration_error as double) as calibration_error,
        cast(totals.brier_score as double) as brier_score,
        evaluation_window.measured_until
    from counted
    inner join totals
        on
            counted.audience = totals.audience
            and counted.outcome = totals.outcome
    cross join evaluation_window
)

select * from final
