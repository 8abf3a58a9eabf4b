{# How many lines of a file stand before its first row: none in Parquet. #}
{% macro header_lines(input) -%}
    {{ 1 if input.format == 'csv' and input.settings.has_header else 0 }}
{%- endmacro %}
