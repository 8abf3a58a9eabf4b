{#
    The SQL that reads one of our columns from an input, as it stands there: whole numbers and
    times stay what they are, everything else is text; null where the column may be missing
    and is. Stops where another one is missing.

    Args:
        input: what describe_input says.
        name: our name of the column.
#}
{% macro input_value(input, name) %}
    {% set settings = input.settings %}
    {% if name in settings.expressions %}
        {{ return('cast((' ~ settings.expressions[name] ~ ') as ' ~ dbt.type_string() ~ ')') }}
    {% endif %}
    {% if not execute %}{{ return('null') }}{% endif %}

    {% set column = find_input_column(input, settings.columns.get(name, name)) %}
    {% if input.format == 'none' or (
        column is none and name in optional_columns(input.name) and name not in settings.columns
    ) %}
        {{ return('cast(null as ' ~ dbt.type_string() ~ ')') }}
    {% elif column is none %}
        {{ exceptions.raise_compiler_error(
            input.files[0] ~ ' has no column ' ~ settings.columns.get(name, name) ~ ' for '
            ~ name ~ '; it has ' ~ input.columns | join(', ') | truncate(300)
            ~ '. Name the right one in the mapping (columns: {' ~ name ~ ': ...}), or the'
            ~ ' delimiter if these are not columns at all.'
        ) }}
    {% endif %}

    {% set type = input.columns[column] %}
    {% set quoted = column_name(column) %}
    {% set is_id = name in ['customer_id', 'product_id'] %}
    {% set is_time = name in ['event_date', 'contacted_at'] %}
    {% if is_time and (type.startswith('TIMESTAMP') or type == 'DATE') %}
        {% if settings.time_format != 'iso' %}
            {{ exceptions.raise_compiler_error(
                'time_format = ' ~ settings.time_format ~ ', but column ' ~ column ~ ' of '
                ~ input.files[0] ~ ' is a ' ~ type ~ '. Leave time_format out of the mapping.'
            ) }}
        {% endif %}
        {# The session's zone is UTC. #}
        {{ return('cast(' ~ quoted ~ ' as timestamp)') }}
    {% elif is_id and var('id_type') == 'integer' and type in [
        'TINYINT', 'SMALLINT', 'INTEGER', 'BIGINT', 'UTINYINT', 'USMALLINT', 'UINTEGER'
    ] %}
        {{ return('cast(' ~ quoted ~ ' as bigint)') }}
    {% elif is_id and type in ['FLOAT', 'DOUBLE'] %}
        {# Whole numbers that a tool kept as floating point, because some are missing. #}
        {{ return(replaced('cast(' ~ quoted ~ ' as ' ~ dbt.type_string() ~ ')', '\\.0$', '')) }}
    {% endif %}
    {{ return('cast(' ~ quoted ~ ' as ' ~ dbt.type_string() ~ ')') }}
{% endmacro %}


{# The input's own name of a column, given by name (its case does not matter) or position. #}
{% macro find_input_column(input, wanted) %}
    {% set names = input.columns | list %}
    {% if wanted is integer %}
        {{ return(names[wanted - 1] if 0 < wanted <= names | length else none) }}
    {% endif %}
    {% for name in names if name == wanted %}{{ return(name) }}{% endfor %}
    {% for name in names if name | lower == wanted | lower %}{{ return(name) }}{% endfor %}
    {{ return(none) }}
{% endmacro %}


{#
    Columns of an input that are none of ours, by name in lower case: what it says beyond its
    id.
#}
{% macro attribute_columns(input) %}
    {% set ours = [] %}
    {% for name in input_columns(input.name) %}
        {% do ours.append(find_input_column(input, input.settings.columns.get(name, name))) %}
    {% endfor %}
    {% set attributes = {} %}
    {% for name in input.columns if name not in ours %}
        {% do attributes.update({name | lower | trim: name}) %}
    {% endfor %}
    {{ return(attributes) }}
{% endmacro %}
