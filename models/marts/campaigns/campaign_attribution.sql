with touches as (
    select * from {{ ref('int_campaign_touches') }}
),

purchases as (
    select
        customer_id,
        event_at
    from {{ ref('int_interactions') }}
    where event = 'purchased'
),

log_window as (
    select * from {{ ref('int_log_window') }}
),

campaigns as (
    select
        campaign_id,
        value_per_conversion
    from {{ ref('stg_campaigns') }}
),

totals as (
    select
        campaign_id,
        min(contacted_on) as first_contact_on,
        max(contacted_on) as last_contact_on,
        count(distinct case when arm = 'contact' then customer_id end)
            as contacted_customers,
        sum(case when arm = 'contact' then contact_count else 0 end) as contact_count,
        sum(case when arm = 'contact' then cost end) as cost
    from touches
    group by campaign_id
),

attributed as (
    select
        campaign_id,
        sum(last_touch_share) as last_touch_purchases,
        sum(last_touch_share * value_per_conversion) as last_touch_revenue,
        sum(position_share) as position_purchases,
        sum(position_share * value_per_conversion) as position_revenue
    from {{ ref('int_attributed_purchases') }}
    group by campaign_id
),

-- A customer is a unit from the first contact on, or from the first day held out; only
-- units whose window the log covers to its end have an outcome.
numbered as (
    select
        *,
        row_number() over (
            partition by campaign_id, customer_id
            order by touched_at, arm
        ) as touch_number
    from touches
),

units as (
    select * from numbered
    where touch_number = 1
),

outcomes as (
    select
        units.campaign_id,
        units.customer_id,
        units.arm,
        max(case when purchases.customer_id is not null then 1 else 0 end) as is_buyer
    from units
    inner join log_window on units.responds_until <= log_window.last_interaction_at
    left join purchases
        on
            units.customer_id = purchases.customer_id
            and units.touched_at <= purchases.event_at
            and units.responds_until > purchases.event_at
    group by units.campaign_id, units.customer_id, units.arm
),

counted as (
    select
        campaign_id,
        count(case when arm = 'contact' then 1 end) as contacted_units,
        count(case when arm = 'holdout' then 1 end) as held_out_units,
        sum(case when arm = 'contact' then is_buyer else 0 end) as contacted_buyers,
        sum(case when arm = 'holdout' then is_buyer else 0 end) as held_out_buyers
    from outcomes
    group by campaign_id
),

-- Agresti and Caffo (2000, doi:10.1080/00031305.2000.10474560).
smoothed as (
    select
        *,
        {{ share('contacted_buyers', 'contacted_units') }} as contacted_rate,
        {{ share('held_out_buyers', 'held_out_units') }} as held_out_rate,
        (cast(contacted_buyers as double) + 1) / (contacted_units + 2)
            as contacted_smoothed,
        (cast(held_out_buyers as double) + 1) / (held_out_units + 2)
            as held_out_smoothed
    from counted
    where
        contacted_units > 0
        and held_out_units > 0
),

effects as (
    select
        *,
        contacted_rate - held_out_rate as effect,
        contacted_smoothed - held_out_smoothed as centre,
        1.959963984540054 * sqrt(
            contacted_smoothed * (1 - contacted_smoothed) / (contacted_units + 2)
            + held_out_smoothed * (1 - held_out_smoothed) / (held_out_units + 2)
        ) as half_width
    from smoothed
),

bounded as (
    select
        *,
        centre - half_width as effect_low,
        centre + half_width as effect_high
    from effects
),

final as (
    select
        cast(totals.campaign_id as {{ dbt.type_string() }}) as campaign_id,
        cast(totals.first_contact_on as date) as first_contact_on,
        cast(totals.last_contact_on as date) as last_contact_on,
        cast(totals.contacted_customers as bigint) as contacted_customers,
        cast(totals.contact_count as bigint) as contact_count,
        cast(round(totals.cost, 6) as double) as cost,
        {% for rule in ['last_touch', 'position'] %}
        cast(round(coalesce(attributed.{{ rule }}_purchases, 0), 6) as double)
            as {{ rule }}_purchases,
        cast(
            round(
                case
                    when campaigns.value_per_conversion is not null
                        then coalesce(attributed.{{ rule }}_revenue, 0)
                end,
                6
            ) as double
        ) as {{ rule }}_revenue,
        {% endfor %}
        cast(bounded.contacted_units as bigint) as measured_customers,
        cast(bounded.held_out_units as bigint) as held_out_customers,
        cast(bounded.contacted_rate as double) as contacted_rate,
        cast(bounded.held_out_rate as double) as held_out_rate,
        {% for end in ['', '_low', '_high'] %}
        cast(
            round(bounded.effect{{ end }}, 12) as double
        ) as effect{{ end }},
        {% endfor %}
        {% for end in ['', '_low', '_high'] %}
        cast(
            round(bounded.effect{{ end }} * bounded.contacted_units, 6) as double
        ) as buyers_added{{ end }},
        {% endfor %}
        cast(
            case
                when bounded.campaign_id is null
                    then
                        'Purchases after a contact would often have come without it.'
                        || ' What the contacts caused is not known: no customer was'
                        || ' held out, or no response window has ended.'
                else
                    'Purchases by last touch and by position would often have come'
                    || ' without a contact. Only the difference to the customers held'
                    || ' out ('
                    || {{ whole_number_text('bounded.held_out_units') }}
                    || ') is caused by the contacts'
                    || case
                        when bounded.effect_low <= 0 and bounded.effect_high >= 0
                            then ', and it can be chance: its interval holds 0.'
                        else '.'
                    end
            end as {{ dbt.type_string() }}
        ) as explanation
    from totals
    inner join campaigns on totals.campaign_id = campaigns.campaign_id
    left join attributed on totals.campaign_id = attributed.campaign_id
    left join bounded on totals.campaign_id = bounded.campaign_id
)

select * from final
