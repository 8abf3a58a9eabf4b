with class_values as (
    select * from {{ ref('int_class_values') }}
),

-- Rounded, so that the order of summation does not change them.
final as (
    select
        cast(campaign_id as {{ dbt.type_string() }}) as campaign_id,
        cast(score_class as {{ dbt.type_string() }}) as score_class,
        cast(history_class as {{ dbt.type_string() }}) as history_class,
        cast(customer_count as bigint) as customer_count,
        {% for end in ['', '_low', '_high'] %}
        cast(
            round(purchase_probability{{ end }}, 9) as double
        ) as purchase_probability{{ end }},
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
        cast(
            round(incremental_probability{{ end }}, 9) as double
        ) as incremental_probability{{ end }},
        {% endfor %}
        cast(round(expected_profit, 6) as double) as expected_profit,
        cast(round(expected_profit_low, 6) as double) as expected_profit_low,
        cast(round(expected_profit_high, 6) as double) as expected_profit_high
    from class_values
)

select * from final
