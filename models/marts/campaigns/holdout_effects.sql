{#
    The intervals add two customers to each arm, one of whom buys: they hold for small rates and
    arms too (Agresti and Caffo 2000, The American Statistician 54). For revenue that customer
    buys as often as a buyer of both arms does on average; where each buyer buys once, it is
    the same interval.
#}
{% set z = 1.959963984540054 %}
{% set parts = [
    ('held_out', 'conversion'), ('held_out', 'revenue'),
    ('contactable', 'conversion'), ('contactable', 'revenue'),
] %}
with outcomes as (
    select * from {{ ref('int_holdout_outcomes') }}
),

campaigns as (
    select
        min(value_per_conversion) as lowest_value,
        max(value_per_conversion) as highest_value
    from {{ ref('stg_campaigns') }}
    where is_active
),

valued as (
    select
        outcomes.*,
        {% if var('value_per_purchase') is not none %}
        cast({{ var('value_per_purchase') }} as double) as value_per_purchase,
        {% else %}
        case
            when campaigns.lowest_value = campaigns.highest_value
                then cast(campaigns.lowest_value as double)
        end as value_per_purchase,
        {% endif %}
        outcomes.is_complete
        and outcomes.held_out_customers > 0
        and outcomes.contactable_customers > 0 as is_measured,
        coalesce(
            cast(outcomes.held_out_purchases + outcomes.contactable_purchases as double)
            / nullif(outcomes.held_out_buyers + outcomes.contactable_buyers, 0),
            1.0
        ) as purchases_of_buyer
    from outcomes
    cross join campaigns
),

-- A row per arm and measure: what its customers did, and an additional buyer does.
measured as (
    {% for arm, measure in parts %}
    select
        period_from,
        until_on,
        span,
        '{{ measure }}' as measure,
        '{{ arm }}' as arm,
        {% if measure == 'conversion' %}
        cast({{ arm }}_buyers as double) as total,
        cast({{ arm }}_buyers as double) as squares,
        cast(1 as double) as of_buyer,
        {% else %}
        cast({{ arm }}_purchases as double) as total,
        cast({{ arm }}_squares as double) as squares,
        purchases_of_buyer as of_buyer,
        {% endif %}
        {{ arm }}_customers as customer_count
    from valued
    {{ 'union all' if not loop.last }}
    {% endfor %}
),

means as (
    select
        *,
        total / nullif(customer_count, 0) as mean,
        (total + of_buyer) / (customer_count + 2) as moved_mean,
        (squares + of_buyer * of_buyer) / (customer_count + 2) as moved_square
    from measured
),

variances as (
    select
        *,
        greatest(moved_square - moved_mean * moved_mean, 0.0) / (customer_count + 2)
            as moved_variance
    from means
),

differences as (
    select
        contactable.period_from,
        contactable.until_on,
        contactable.span,
        contactable.measure,
        held_out.mean as held_out_mean,
        contactable.mean as contactable_mean,
        contactable.mean - held_out.mean as value,
        contactable.moved_mean - held_out.moved_mean as middle,
        {{ z }} * sqrt(contactable.moved_variance + held_out.moved_variance)
            as half_width
    from variances as contactable
    inner join variances as held_out
        on
            contactable.period_from = held_out.period_from
            and contactable.until_on = held_out.until_on
            and contactable.span = held_out.span
            and contactable.measure = held_out.measure
    where contactable.arm = 'contactable' and held_out.arm = 'held_out'
),

bounded as (
    select
        *,
        middle - half_width as low,
        middle + half_width as high
    from differences
),

-- There is no effect before the end of the span, and none without a holdout.
joined as (
    select
        valued.*,
        conversion.held_out_mean as held_out_conversion_rate,
        conversion.contactable_mean as contactable_conversion_rate,
        revenue.held_out_mean as held_out_purchases_mean,
        revenue.contactable_mean as contactable_purchases_mean,
        case when valued.is_measured then conversion.value end as conversion_value,
        case when valued.is_measured then conversion.low end as conversion_low,
        case when valued.is_measured then conversion.high end as conversion_high,
        case when valued.is_measured then revenue.value end as purchases_value,
        case when valued.is_measured then revenue.low end as purchases_low,
        case when valued.is_measured then revenue.high end as purchases_high
    from valued
    {% for measure in ['conversion', 'revenue'] %}
    inner join bounded as {{ measure }}
        on
            valued.period_from = {{ measure }}.period_from
            and valued.until_on = {{ measure }}.until_on
            and valued.span = {{ measure }}.span
            and {{ measure }}.measure = '{{ measure }}'
    {% endfor %}
),

-- Rounded, so that no order of summation shows.
final as (
    select
        cast(period_from as date) as period_from,
        cast(from_on as date) as from_on,
        cast(until_on as date) as until_on,
        cast(span as {{ dbt.type_string() }}) as span,
        cast(is_complete as boolean) as is_complete,
        cast(held_out_customers as bigint) as held_out_customers,
        cast(contactable_customers as bigint) as contactable_customers,
        cast(contacted_held_out_customers as bigint) as contacted_held_out_customers,
        cast(round(held_out_conversion_rate, 12) as double)
            as held_out_conversion_rate,
        cast(round(contactable_conversion_rate, 12) as double)
            as contactable_conversion_rate,
        cast(round(conversion_value, 12) as double) as conversion_difference,
        cast(round(conversion_low, 12) as double) as conversion_difference_low,
        cast(round(conversion_high, 12) as double)
            as conversion_difference_high,
        cast(round(conversion_value * contactable_customers, 6) as double)
            as conversions_added,
        cast(round(conversion_low * contactable_customers, 6) as double)
            as conversions_added_low,
        cast(round(conversion_high * contactable_customers, 6) as double)
            as conversions_added_high,
        cast(value_per_purchase as double) as value_per_purchase,
        cast(round(held_out_purchases_mean * value_per_purchase, 12) as double)
            as held_out_revenue_per_customer,
        cast(round(contactable_purchases_mean * value_per_purchase, 12) as double)
            as contactable_revenue_per_customer,
        cast(round(purchases_value * value_per_purchase, 12) as double)
            as revenue_difference,
        cast(round(purchases_low * value_per_purchase, 12) as double)
            as revenue_difference_low,
        cast(round(purchases_high * value_per_purchase, 12) as double)
            as revenue_difference_high,
        cast(
            round(purchases_value * value_per_purchase * contactable_customers, 6)
            as double
        ) as revenue_added,
        cast(
            round(purchases_low * value_per_purchase * contactable_customers, 6)
            as double
        ) as revenue_added_low,
        cast(
            round(purchases_high * value_per_purchase * contactable_customers, 6)
            as double
        ) as revenue_added_high
    from joined
)

select * from final
