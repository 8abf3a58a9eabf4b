with campaigns as (
    select * from {{ ref('stg_campaigns') }}
    where is_active
),

classes as (
    select
        campaign_id,
        score_class,
        history_class,
        count(*) as customer_count
    from {{ ref('int_campaign_classes') }}
    where window_number = 0
    group by campaign_id, score_class, history_class
),

responses as (
    select * from {{ ref('int_class_responses') }}
),

effects as (
    select * from {{ ref('int_class_effects') }}
),

joined as (
    select
        classes.*,
        campaigns.cost_per_contact,
        campaigns.value_per_conversion,
        responses.purchase_probability,
        responses.purchase_probability_low,
        responses.purchase_probability_high,
        responses.taught_customers,
        responses.checked_customers,
        responses.checked_buyers,
        effects.experiment_id,
        effects.contacted_units,
        effects.held_out_units,
        effects.incremental_probability,
        effects.incremental_probability_low,
        effects.incremental_probability_high
    from classes
    inner join campaigns on classes.campaign_id = campaigns.campaign_id
    left join responses
        on
            classes.campaign_id = responses.campaign_id
            and classes.score_class = responses.score_class
            and classes.history_class = responses.history_class
    left join effects
        on
            classes.campaign_id = effects.campaign_id
            and classes.score_class = effects.score_class
            and (
                classes.history_class = effects.history_class
                or effects.history_class = 'any'
            )
),

-- Rounded, so that the order of summation does not change them.
final as (
    select
        cast(campaign_id as {{ dbt.type_string() }}) as campaign_id,
        cast(score_class as {{ dbt.type_string() }}) as score_class,
        cast(history_class as {{ dbt.type_string() }}) as history_class,
        cast(customer_count as bigint) as customer_count,
        {% for end in ['', '_low', '_high'] %}
        cast(round(purchase_probability{{ end }}, 9) as double)
            as purchase_probability{{ end }},
        {% endfor %}
        cast(taught_customers as bigint) as measured_customers,
        cast(checked_customers as bigint) as checked_customers,
        {{ share('checked_buyers', 'checked_customers') }} as checked_rate,
        {% for end in ['low', 'high'] %}
        case
            when checked_customers > 0
                then {{ wilson_interval(end, 'checked_buyers', 'checked_customers') }}
        end as checked_rate_{{ end }},
        {% endfor %}
        cast(experiment_id as {{ dbt.type_string() }}) as experiment_id,
        cast(contacted_units as bigint) as contacted_units,
        cast(held_out_units as bigint) as held_out_units,
        {% for end in ['', '_low', '_high'] %}
        cast(round(incremental_probability{{ end }}, 9) as double)
            as incremental_probability{{ end }},
        {% endfor %}
        {% for end in ['', '_low', '_high'] %}
        cast(
            round(
                incremental_probability{{ end }} * value_per_conversion
                - cost_per_contact,
                6
            ) as double
        ) as expected_profit{{ end }}{{ ',' if not loop.last }}
        {% endfor %}
    from joined
)

select * from final
