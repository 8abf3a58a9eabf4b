{# JSON text of columns, as a dictionary of key: SQL expression. #}
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
