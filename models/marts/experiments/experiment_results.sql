with results as (
    select * from {{ ref('int_experiment_results') }}
),

final as (
    select
        cast(experiment_id as {{ dbt.type_string() }}) as experiment_id,
        cast(comparison as {{ dbt.type_string() }}) as comparison,
        cast(metric as {{ dbt.type_string() }}) as metric,
        cast(is_primary as boolean) as is_primary,
        cast(unit_count as bigint) as unit_count,
        cast(base_unit_count as bigint) as base_unit_count,
        cast(mean as double) as mean,
        cast(base_mean as double) as base_mean,
        cast(difference as double) as difference,
        cast(difference_low as double) as difference_low,
        cast(difference_high as double) as difference_high,
        cast(lift as double) as lift,
        cast(lift_low as double) as lift_low,
        cast(lift_high as double) as lift_high,
        cast(p_value as double) as p_value,
        cast(p_value_corrected as double) as p_value_corrected,
        cast(adjusted_difference as double) as adjusted_difference,
        cast(adjusted_difference_low as double) as adjusted_difference_low,
        cast(adjusted_difference_high as double) as adjusted_difference_high,
        cast(adjusted_p_value as double) as adjusted_p_value,
        cast(power as double) as power,
        cast(power_at_most as double) as power_at_most,
        cast(needed_units as double) as needed_units,
        cast(cost as double) as cost,
        cast(conversions as double) as conversions,
        cast(cost_per_conversion as double) as cost_per_conversion,
        {% for end in ['', '_low', '_high'] %}
        cast(profit{{ end }} as double) as profit{{ end }},
        {% endfor %}
        {% for end in ['_low', '_high'] %}
        cast(return_on_investment{{ end }} as double) as return_on_investment{{ end }},
        {% endfor %}
        cast(return_on_investment as double) as return_on_investment
    from results
)

select * from final
