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
        sum(weight * responded) / sum(weight) as weighted_rate,
        -- As many equal weights say as much (Kish 1965, Survey Sampling).
        sum(weight) * sum(weight) / sum(weight * weight) as effective_customers
    from outcomes
    group by campaign_id, placed_by
),

final as (
    select
        cast(campaign_id as {{ dbt.type_string() }}) as campaign_id,
        cast(placed_by as {{ dbt.type_string() }}) as ranking,
        cast(contacted_customers as bigint) as contacted_customers,
        cast(responses as bigint) as responses,
        {{ share('responses', 'contacted_customers') }} as response_rate,
        cast(round(weighted_rate, 12) as double) as weighted_rate,
        {{ wilson_interval(
            'low', '(weighted_rate * effective_customers)', 'effective_customers'
        ) }} as weighted_rate_low,
        {{ wilson_interval(
            'high', '(weighted_rate * effective_customers)', 'effective_customers'
        ) }} as weighted_rate_high
    from rates
)

select * from final
