{# The tables that may lie beside the log, each named like its setting. #}
{% macro side_inputs() %}
    {{ return([
        'customer_attributes', 'product_attributes', 'suppressions', 'contacts',
        'experiment_units',
    ]) }}
{% endmacro %}


{# Our names for the columns of an input; those of `optional_columns` may be missing. #}
{% macro input_columns(input) %}
    {{ return({
        'log': ['customer_id', 'product_id', 'event', 'event_date', 'product_name'],
        'customer_attributes': ['customer_id'],
        'product_attributes': ['product_id'],
        'suppressions': ['customer_id'],
        'contacts': ['customer_id', 'product_id', 'campaign_id', 'contacted_at', 'cost'],
        'experiment_units': [
            'experiment_id', 'unit_id', 'arm', 'conversion', 'engagement', 'revenue',
            'covariate',
        ],
    }[input]) }}
{% endmacro %}


{% macro optional_columns(input) %}
    {{ return({
        'log': ['product_name'],
        'contacts': ['product_id', 'campaign_id', 'cost'],
        'experiment_units': ['conversion', 'engagement', 'revenue', 'covariate'],
    }.get(input, [])) }}
{% endmacro %}


{#
    How an input is written: its `path` (none where there is no such input), `columns`,
    `expressions`, `delimiter`, `has_header`, `encoding` and `time_format`. The log has a
    variable for each; a table beside it has one variable, a path or a dictionary of these.
#}
{% macro input_settings(input) %}
    {% if input == 'log' %}
        {{ return({
            'path': var('log'),
            'columns': var('columns'),
            'expressions': var('expressions'),
            'delimiter': var('delimiter'),
            'has_header': var('has_header'),
            'encoding': var('encoding'),
            'time_format': var('time_format'),
        }) }}
    {% endif %}
    {% set settings = {
        'path': none,
        'columns': {},
        'expressions': {},
        'delimiter': ',',
        'has_header': true,
        'encoding': 'utf-8',
        'time_format': 'iso',
    } %}
    {% set given = var(input) %}
    {% do settings.update(given if given is mapping else {'path': given}) %}
    {{ return(settings) }}
{% endmacro %}
