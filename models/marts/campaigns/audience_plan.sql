with campaigns as (
    select * from {{ ref('stg_campaigns') }}
    where is_active
),

targeting_lift as (
    select * from {{ ref('targeting_lift') }}
),

split as (
    select max(origin) as origin
    from {{ ref('int_rolling_origins') }}
    where is_split
),

-- No size is planned beyond the customers that the campaign may contact.
suitable as (
    select
        campaign_id,
        count(*) as customer_count
    from {{ ref('int_campaign_customers') }}
    group by campaign_id
),

gains as (
    select
        targeting_lift.audience_size,
        targeting_lift.responders,
        targeting_lift.response_rate,
        targeting_lift.response_rate_low,
        targeting_lift.response_rate_high,
        targeting_lift.cumulative_gain
    from targeting_lift
    inner join split on targeting_lift.origin = split.origin
    where
        targeting_lift.ranking_kind = 'production'
        and targeting_lift.outcome = 'purchased'
),

priced as (
    select
        gains.*,
        campaigns.campaign_id,
        campaigns.value_per_conversion,
        gains.responders as conversions,
        gains.audience_size * campaigns.cost_per_contact as cost,
        gains.response_rate_low * gains.audience_size as conversions_low,
        gains.response_rate_high * gains.audience_size as conversions_high
    from campaigns
    inner join suitable on campaigns.campaign_id = suitable.campaign_id
    inner join gains on suitable.customer_count >= gains.audience_size
),

valued as (
    select
        *,
        conversions * value_per_conversion as revenue,
        conversions * value_per_conversion - cost as profit,
        conversions_low * value_per_conversion - cost as profit_low,
        conversions_high * value_per_conversion - cost as profit_high
    from priced
),

-- The smallest of the most profitable sizes, if any earns its cost.
ranked as (
    select
        *,
        row_number() over (
            partition by campaign_id
            order by profit desc, audience_size asc
        ) as profit_rank
    from valued
),

-- Rounded, so that the order of summation does not change amounts.
final as (
    select
        cast(campaign_id as {{ dbt.type_string() }}) as campaign_id,
        cast(audience_size as bigint) as audience_size,
        profit_rank = 1 and profit > 0 as is_best,
        cast(response_rate as double) as response_rate,
        cast(response_rate_low as double) as response_rate_low,
        cast(response_rate_high as double) as response_rate_high,
        cast(cumulative_gain as double) as cumulative_gain,
        cast(conversions as double) as conversions,
        cast(round(cost, 6) as double) as cost,
        cast(round(revenue, 6) as double) as revenue,
        cast(round(profit, 6) as double) as profit,
        cast(round(profit_low, 6) as double) as profit_low,
        cast(round(profit_high, 6) as double) as profit_high,
        cast(round(profit / nullif(cost, 0), 9) as double) as return_on_investment,
        cast(round(cost / nullif(conversions, 0), 6) as double) as cost_per_conversion
    from ranked
)

select * from final
