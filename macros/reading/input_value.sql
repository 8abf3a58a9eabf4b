{#
    The SQL that reads one of our columns from an input: whole numbers, times and amounts keep
    their type, everything else becomes text; null where an optional column is missing.

    Args:
        input: what describe_input says.
        name: our name of the column.
#}
{% macro input_value(input, name) %}
    {% set settings = input.settings %}
    {% if name in settings.expressions %}
        {# It may end in a comment. #}
        {% set expression = '(' ~ settings.expressions[name] ~ '\n)' %}
        {{ return(
            expression if name in settings.amounts
            else 'cast(' ~ expression ~ ' as ' ~ dbt.type_string() ~ ')'
        ) }}
    {% endif %}
    {% set wanted = settings.columns.get(name, name) %}
    {% set column = find_input_column(input, wanted) %}
    {% set may_be_missing = input.wanted[name] and name not in settings.columns %}
    {% if input.format == 'none' or (column is none and may_be_missing) %}
        {{ return('cast(null as ' ~ dbt.type_string() ~ ')') }}
    {% endif %}

    {# Where there is no such column, the engine says so. #}
    {% set quoted = column_name(column or wanted | string) %}
    {% set type = input.columns.get(column, 'VARCHAR') %}
    {% set is_id = name in ['customer_id', 'product_id', 'unit_id'] %}
    {% set is_time = name in ['event_date', 'contacted_at'] %}
    {% set as_time = 'try_cast(' ~ quoted ~ ' as timestamp)' %}
    {% if name in settings.amounts and type not in ['BLOB', 'BINARY'] %}
        {{ return(quoted) }}
    {% elif is_time and type == 'TIMESTAMP WITH TIME ZONE' and settings.time_zone != 'UTC' %}
        {# As text, which says that it is no local time. The session's zone is UTC. #}
        {{ return('cast(' ~ as_time ~ ' as ' ~ dbt.type_string() ~ ") || '+00:00'") }}
    {% elif is_time and (type.startswith('TIMESTAMP') or type == 'DATE') %}
        {{ return(as_time) }}
    {% elif is_time and type in ['FLOAT', 'DOUBLE'] %}
        {# Numbers without an exponent, as time_of_epoch wants them. #}
        {{ return('cast(try_cast(' ~ quoted ~ ' as decimal(38, 6)) as '
            ~ dbt.type_string() ~ ')') }}
    {% elif is_id and var('id_type') == 'integer' and type in [
        'TINYINT', 'SMALLINT', 'INTEGER', 'BIGINT', 'UTINYINT', 'USMALLINT', 'UINTEGER'
    ] %}
        {{ return('cast(' ~ quoted ~ ' as bigint)') }}
    {% elif is_id or type in ['BLOB', 'BINARY'] %}
        {# Bytes of other columns are texts too. #}
        {{ return(id_text(quoted, type)) }}
    {% endif %}
    {{ return('cast(' ~ quoted ~ ' as ' ~ dbt.type_string() ~ ')') }}
{% endmacro %}


{# The input's own name of a column, given by name (its case does not matter) or position. #}
{% macro find_input_column(input, wanted) %}
    {% set names = input.columns | list %}
    {% if wanted is integer %}
        {{ return(names[wanted - 1] if 0 < wanted <= names | length else none) }}
    {% endif %}
    {% set wanted = stripped(wanted) %}
    {% for name in names if name == wanted %}{{ return(name) }}{% endfor %}
    {% for name in names if stripped(name) | lower == wanted | lower %}
        {{ return(name) }}
    {% endfor %}
    {{ return(none) }}
{% endmacro %}


{#
    Further columns of an input, by name in lower case: what it says apart from its id. A name
    is an attribute too.
#}
{% macro attribute_columns(input) %}
    {% set ours = [] %}
    {% for name, is_optional in input.wanted.items() if not is_optional %}
        {% do ours.append(find_input_column(input, input.settings.columns.get(name, name))) %}
    {% endfor %}
    {% set attributes = {} %}
    {% for name in input.columns if name not in ours %}
        {% do attributes.update({name | lower | trim: name}) %}
    {% endfor %}
    {{ return(attributes) }}
{% endmacro %}
