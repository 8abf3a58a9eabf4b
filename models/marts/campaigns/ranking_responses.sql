{#
    What the rankings that campaigns explore have brought. A ranking placed only some of the
    customers, each with a known probability: weighted by its inverse, they stand for all of
    the campaign's customers (self-normalised: Hajek 1971; Swaminathan and Joachims 2015,
    doi:10.5555/2969442.2969600).
#}
with outcomes as (
    select
        *,
        1 / placement_probability as weight
    from {{ ref('int_placed_responses') }}
),

rates as (
    select
        campaign_id,
        placed_by,
        count(*) as contacted_customers,
        sum(responded) as responses,
        sum(weight * responded) / sum(weight) as weighted_rate
    from outcomes
    group by campaign_id, placed_by
),

errors as (
    select
        outcomes.campaign_id,
        outcomes.placed_by,
        sqrt(
            sum(
                power(outcomes.weight * (outcomes.responded - rates.weighted_rate), 2)
            )
        ) / sum(outcomes.weight) as standard_error
    from outcomes
    inner join rates
        on
            outcomes.campaign_id = rates.campaign_id
            and outcomes.placed_by = rates.placed_by
    group by outcomes.campaign_id, outcomes.placed_by
),

final as (
    select
        cast(rates.campaign_id as {{ dbt.type_string() }}) as campaign_id,
        cast(rates.placed_by as {{ dbt.type_string() }}) as ranking,
        cast(rates.contacted_customers as bigint) as contacted_customers,
        cast(rates.responses as bigint) as responses,
        {{ share('rates.responses', 'rates.contacted_customers') }} as response_rate,
        cast(round(rates.weighted_rate, 12) as double) as weighted_rate,
        cast(
            round(rates.weighted_rate - 1.959963984540054 * errors.standard_error, 12)
            as double
        ) as weighted_rate_low,
        cast(
            round(rates.weighted_rate + 1.959963984540054 * errors.standard_error, 12)
            as double
        ) as weighted_rate_high
    from rates
    inner join errors
        on
            rates.campaign_id = errors.campaign_id
            and rates.placed_by = errors.placed_by
)

select * from final
