{# True up to the reference time: the marts describe the log as it stood then. #}
{% macro until_as_of(event_at) -%}
    {{ event_at ~ ' <= ' ~ as_of_literal() if as_of_literal() else 'true' }}
{%- endmacro %}
