{# True up to the reference time; the marts leave out what comes later. #}
{% macro until_as_of(event_at) -%}
    {{ event_at ~ ' <= ' ~ as_of_literal() if as_of_literal() else 'true' }}
{%- endmacro %}
