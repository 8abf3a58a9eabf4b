{# A value that is not valid becomes null; assert_experiments_are_valid names it. #}
{% set types = experiment_columns() %}

with experiments as (
    select * from {{ ref('experiments') }}
),

typed as (
    select
        {% for column, type in types.items() if column not in ['is_active', 'layer'] %}
        {{ seed_value(column, type) }} as {{ column }},
        {% endfor %}
        {{ is_active(
            seed_value('is_active', types.is_active), var('experiment_units') is not none
        ) }} as is_active,
        lower({{ seed_value('layer', types.layer) }}) as layer
    from experiments
)

select * from typed
