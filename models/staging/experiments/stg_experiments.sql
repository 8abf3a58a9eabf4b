{#
    A value that is not valid becomes null; assert_experiments_are_valid names it. An
    experiment whose is_active is `example` is active in builds of the generated log, if they
    have its units.
#}
{% set shows_example = var('with_examples') and var('experiment_units') is not none %}
{% set types = experiment_columns() %}

with experiments as (
    select * from {{ ref('experiments') }}
),

typed as (
    select
        {% for column, type in types.items() if column not in ['is_active', 'layer'] %}
        {{ seed_value(column, type) }} as {{ column }},
        {% endfor %}
        case
            when lower(trim(is_active)) = 'example' then {{ shows_example | lower }}
            else {{ seed_value('is_active', types.is_active) }}
        end as is_active,
        lower({{ seed_value('layer', types.layer) }}) as layer
    from experiments
)

select * from typed
