{# JSON text of columns, a dictionary of key: SQL expression. Times must be given as text. #}
{% macro json_object(columns) -%}
    {%- if target.type == 'spark' -%}
    to_json(
        named_struct(
            {%- for key, expression in columns.items() %}
            '{{ key }}', {{ expression }}{{ ',' if not loop.last }}
            {%- endfor %}
        ),
        map('ignoreNullFields', 'false')
    )
    {%- else -%}
    cast(json_object(
        {%- for key, expression in columns.items() %}
        '{{ key }}', {{ expression }}{{ ',' if not loop.last }}
        {%- endfor %}
    ) as {{ dbt.type_string() }})
    {%- endif -%}
{%- endmacro %}


{# The value of a key of JSON text; null for any other text, or without that key. #}
{% macro json_value(text, key) -%}
    {%- if target.type == 'spark' -%}
    get_json_object({{ text }}, '$.{{ key }}')
    {%- else -%}
    case
        when json_valid({{ text }}) then json_extract_string({{ text }}, '$.{{ key }}')
    end
    {%- endif -%}
{%- endmacro %}
