{#
    The intervals add two customers to each arm, one of whom buys: they hold for small rates and
    arms too (Agresti and Caffo 2000, The American Statistician 54). For revenue that customer
    buys as often as a buyer of both arms does on average; where each buyer buys once, it is
    the same interval.
#}
{% set z = 1.959963984540054 %}
{% set arms = ['held_out', 'contactable'] %}
{% set bounds = ['', '_low', '_high'] %}
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

-- Means and mean squares, as they are and with the two customers.
means as (
    select
        *,
        {% for arm in arms %}
        {% set customers = arm ~ '_customers' %}
        cast({{ arm }}_buyers as double) / nullif({{ customers }}, 0)
            as {{ arm }}_buyers_mean,
        cast({{ arm }}_purchases as double) / nullif({{ customers }}, 0)
            as {{ arm }}_purchases_mean,
        ({{ arm }}_buyers + 1.0) / ({{ customers }} + 2) as {{ arm }}_buyers_moved,
        ({{ arm }}_buyers + 1.0) / ({{ customers }} + 2)
            as {{ arm }}_buyers_moved_square,
        ({{ arm }}_purchases + purchases_of_buyer) / ({{ customers }} + 2)
            as {{ arm }}_purchases_moved,
        ({{ arm }}_squares + purchases_of_buyer * purchases_of_buyer)
        / ({{ customers }} + 2) as {{ arm }}_purchases_moved_square
        {{- ',' if not loop.last }}
        {% endfor %}
    from valued
),

differences as (
    select
        *,
        {% for figure in ['buyers', 'purchases'] %}
        case
            when is_measured
                then contactable_{{ figure }}_mean - held_out_{{ figure }}_mean
        end as {{ figure }}_difference,
        case
            when is_measured
                then contactable_{{ figure }}_moved - held_out_{{ figure }}_moved
        end as {{ figure }}_middle,
        {{ z }} * sqrt(
            {% for arm in arms %}
            {% set moved = arm ~ '_' ~ figure ~ '_moved' %}
            greatest(0.0, {{ moved }}_square - {{ moved }} * {{ moved }})
            / ({{ arm }}_customers + 2)
            {{- ' +' if not loop.last }}
            {% endfor %}
        ) as {{ figure }}_half_width
        {{- ',' if not loop.last }}
        {% endfor %}
    from means
),

bounded as (
    select
        *,
        {% for figure in ['buyers', 'purchases'] %}
        {{ figure }}_middle - {{ figure }}_half_width as {{ figure }}_difference_low,
        {{ figure }}_middle + {{ figure }}_half_width as {{ figure }}_difference_high
        {{- ',' if not loop.last }}
        {% endfor %}
    from differences
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
        {% for arm in arms %}
        cast(round({{ arm }}_buyers_mean, 12) as double) as {{ arm }}_conversion_rate,
        {% endfor %}
        {% for bound in bounds %}
        cast(round(buyers_difference{{ bound }}, 12) as double)
            as conversion_difference{{ bound }},
        {% endfor %}
        {% for bound in bounds %}
        cast(round(buyers_difference{{ bound }} * contactable_customers, 6) as double)
            as conversions_added{{ bound }},
        {% endfor %}
        cast(value_per_purchase as double) as value_per_purchase,
        {% for arm in arms %}
        cast(round({{ arm }}_purchases_mean * value_per_purchase, 12) as double)
            as {{ arm }}_revenue_per_customer,
        {% endfor %}
        {% for bound in bounds %}
        cast(round(purchases_difference{{ bound }} * value_per_purchase, 12) as double)
            as revenue_difference{{ bound }},
        {% endfor %}
        {% for bound in bounds %}
        cast(
            round(
                purchases_difference{{ bound }} * value_per_purchase
                * contactable_customers,
                6
            ) as double
        ) as revenue_added{{ bound }}
        {{- ',' if not loop.last }}
        {% endfor %}
    from bounded
)

select * from final
