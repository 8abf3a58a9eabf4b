{# The columns of seeds/experiments.csv and their types; the optional ones may be empty. #}
{% macro experiment_columns() %}
    {{ return({
        'experiment_id': dbt.type_string(),
        'experiment_name': dbt.type_string(),
        'is_active': 'boolean',
        'campaign_id': dbt.type_string(),
        'layer': dbt.type_string(),
        'layer_from': 'double',
        'layer_to': 'double',
        'starts_on': 'date',
        'ends_on': 'date',
        'attribution_days': 'bigint',
        'units': 'bigint',
        'metrics': dbt.type_string(),
        'minimum_effect': 'double',
        'significance': 'double',
        'power': 'double',
        'cost_per_contact': 'double',
        'value_per_conversion': 'double',
    }) }}
{% endmacro %}


{# The metrics, each measured per unit. #}
{% macro experiment_metrics() %}
    {{ return(['conversion', 'engagement', 'revenue']) }}
{% endmacro %}


{# The design of an experiment; it does not change after the start. #}
{% macro experiment_design_columns() %}
    {% set columns = dict(experiment_columns()) %}
    {% do columns.pop('experiment_name') %}
    {% do columns.pop('is_active') %}
    {% for arm in experiment_arms() %}
        {% do columns.update({arm ~ '_share': 'double'}) %}
    {% endfor %}
    {{ return(columns) }}
{% endmacro %}


{#
    The arms: those of a pool share its customers, and the first of them is contacted.
    Treatment are the customers that the system picks, control are random eligible ones.
#}
{% macro experiment_arms() %}
    {{ return(['treatment', 'treatment_holdout', 'control', 'control_holdout']) }}
{% endmacro %}


{#
    A number from 0 to below 1, the same for a unit on every run: a hash of name and unit. Up
    to four independent ones per name.
#}
{% macro unit_draw(name, unit, which=0) -%}
    {{ hash_number(
        name ~ " || ':' || cast(" ~ unit ~ " as " ~ dbt.type_string() ~ ")", which
    ) }} / cast(268435456 as double)
{%- endmacro %}
