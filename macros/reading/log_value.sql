{# Our names for the columns of a log. #}
{% macro log_columns() %}
    {{ return(['customer_id', 'product_id', 'event', 'event_date', 'product_name']) }}
{% endmacro %}


{#
    The SQL that reads one of our columns from the raw log, as it stands there: whole numbers
    and times stay what they are, everything else is text. Stops where the log has no such
    column.

    Args:
        log: what describe_log says.
        name: our name of the column.
#}
{% macro log_value(log, name) %}
    {% if name in var('expressions') %}
        {{ return('cast((' ~ var('expressions')[name] ~ ') as ' ~ dbt.type_string() ~ ')') }}
    {% endif %}
    {% if not execute %}{{ return('null') }}{% endif %}

    {% set column = find_log_column(log, var('columns').get(name, name)) %}
    {% if column is none and name == 'product_name' and name not in var('columns') %}
        {{ return('cast(null as ' ~ dbt.type_string() ~ ')') }}
    {% elif column is none %}
        {{ exceptions.raise_compiler_error(
            log.files[0] ~ ' has no column ' ~ var('columns').get(name, name) ~ ' for '
            ~ name ~ '; it has ' ~ log.columns | join(', ') | truncate(300)
            ~ '. Name the right one in the mapping (columns: {' ~ name ~ ': ...}), or the'
            ~ ' delimiter if these are not columns at all.'
        ) }}
    {% endif %}

    {% set type = log.columns[column] %}
    {% set quoted = adapter.quote(column.replace('"', '""')) %}
    {% if name == 'event_date' and (type.startswith('TIMESTAMP') or type == 'DATE') %}
        {% if var('time_format') != 'iso' %}
            {{ exceptions.raise_compiler_error(
                'time_format = ' ~ var('time_format') ~ ', but column ' ~ column ~ ' of '
                ~ log.files[0] ~ ' is a ' ~ type ~ '. Leave time_format out of the mapping.'
            ) }}
        {% endif %}
        {# The session's zone is UTC. #}
        {{ return('cast(' ~ quoted ~ ' as timestamp)') }}
    {% elif name.endswith('_id') and var('id_type') == 'integer' and type in [
        'TINYINT', 'SMALLINT', 'INTEGER', 'BIGINT', 'UTINYINT', 'USMALLINT', 'UINTEGER'
    ] %}
        {{ return('cast(' ~ quoted ~ ' as bigint)') }}
    {% elif name.endswith('_id') and type in ['FLOAT', 'DOUBLE'] %}
        {# Whole numbers that a tool kept as floating point, because some are missing. #}
        {{ return("regexp_replace(cast(" ~ quoted ~ " as " ~ dbt.type_string() ~ "), '\\.0$', '')") }}
    {% endif %}
    {{ return('cast(' ~ quoted ~ ' as ' ~ dbt.type_string() ~ ')') }}
{% endmacro %}


{# The log's own name of a column, given by name (its case does not matter) or position. #}
{% macro find_log_column(log, wanted) %}
    {% set names = log.columns | list %}
    {% if wanted is integer %}
        {{ return(names[wanted - 1] if 0 < wanted <= names | length else none) }}
    {% endif %}
    {% for name in names if name == wanted %}{{ return(name) }}{% endfor %}
    {% for name in names if name | lower == wanted | lower %}{{ return(name) }}{% endfor %}
    {{ return(none) }}
{% endmacro %}
