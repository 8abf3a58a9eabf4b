{# How many lines of a file stand before its first row: none in Parquet. #}
{% macro header_lines() -%}
    {{ 1 if describe_log().format == 'csv' and var('has_header') else 0 }}
{%- endmacro %}
