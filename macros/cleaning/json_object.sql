{# JSON text of columns, as a dictionary of key: SQL expression. Times are given as text. #}
{% macro json_object(columns) -%}
    {{ adapter.dispatch('json_object')(columns) }}
{%- endmacro %}


{% macro default__json_object(columns) -%}
    cast(json_object(
        {%- for key, expression in columns.items() %}
        '{{ key }}', {{ expression }}{{ ',' if not loop.last }}
        {%- endfor %}
    ) as {{ dbt.type_string() }})
{%- endmacro %}


{% macro spark__json_object(columns) -%}
    to_json(
        named_struct(
            {%- for key, expression in columns.items() %}
            '{{ key }}', {{ expression }}{{ ',' if not loop.last }}
            {%- endfor %}
        ),
        map('ignoreNullFields', 'false')
    )
{%- endmacro %}


{# The value of a key of such a text; null where it is another text, or has no such key. #}
{% macro json_value(text, key) -%}
    {{ adapter.dispatch('json_value')(text, key) }}
{%- endmacro %}


{% macro default__json_value(text, key) -%}
    case
        when json_valid({{ text }}) then json_extract_string({{ text }}, '$.{{ key }}')
    end
{%- endmacro %}


{% macro spark__json_value(text, key) -%}
    get_json_object({{ text }}, '$.{{ key }}')
{%- endmacro %}
