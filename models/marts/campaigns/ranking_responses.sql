{#
    What the rankings that campaigns explore have brought. A ranking placed only some of the
    customers, each with a known probability: weighted by its inverse, they stand for all of
    the campaign's customers (self-normalised: Hajek 1971; Swaminathan and Joachims 2015,
    doi:10.5555/2969442.2969600).
#}
with log_window as (
    select * from {{ ref('int_log_window') }}
),

campaigns as (
    select * from {{ ref('stg_campaigns') }}
),

purchases as (
    select
        customer_id,
        event_at
    from {{ ref('int_interactions') }}
    where event = 'purchased'
),

placed as (
    select
        campaign_id,
        customer_id,
        min(contacted_at) as contacted_at,
        min(placed_by) as placed_by,
        min(placement_probability) as placement_probability
    from {{ ref('stg_contacts') }}
    where
        placed_by is not null
        and arm = 'contact'
        and experiment_id is null
    group by campaign_id, customer_id
),

outcomes as (
    select
        placed.campaign_id,
        placed.customer_id,
        placed.placed_by,
        1 / placed.placement_probability as weight,
        max(case when purchases.customer_id is not null then 1.0 else 0.0 end)
            as responded
    from placed
    inner join campaigns on placed.campaign_id = campaigns.campaign_id
    cross join log_window
    left join purchases
        on
            placed.customer_id = purchases.customer_id
            and placed.contacted_at <= purchases.event_at
            and {{ days_later('campaigns.response_days', 'placed.contacted_at') }}
            > purchases.event_at
    where {{ days_later('campaigns.response_days', 'placed.contacted_at') }}
        <= log_window.last_interaction_at
    group by
        placed.campaign_id, placed.customer_id, placed.placed_by,
        placed.placement_probability
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
