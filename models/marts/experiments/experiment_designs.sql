with designs as (
    select * from {{ ref('int_experiment_designs') }}
),

final as (
    select
        {% for column, type in experiment_design_columns().items() %}
        cast({{ column }} as {{ type }}) as {{ column }},
        {% endfor %}
        cast(experiment_name as {{ dbt.type_string() }}) as experiment_name
    from designs
)

select * from final
