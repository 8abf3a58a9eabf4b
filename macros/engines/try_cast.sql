{# A value of another type, or null where it is none. #}
{% macro try_cast(value, type) -%}
    try_cast({{ value }} as {{ type }})
{%- endmacro %}
