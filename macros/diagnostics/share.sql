{# part / whole as a double; null, never 0, where there is nothing to measure. #}
{% macro share(part, whole) -%}
    cast(cast({{ part }} as double) / nullif({{ whole }}, 0) as double)
{%- endmacro %}
