{# A value of another type, or null where it is none. #}
{% macro try_cast(value, type) -%}
    try_cast({{ value }} as {{ type }})
{%- endmacro %}


{# In a select list: one row per part of a text between separators. #}
{% macro each_part(text, separator) -%}
    {{ adapter.dispatch('each_part')(text, separator) }}
{%- endmacro %}


{% macro default__each_part(text, separator) -%}
    unnest(string_split({{ text }}, '{{ separator }}'))
{%- endmacro %}
