{#
    True up to the reference time of the setting as_of; the marts leave out what comes later. A
    date stands for its end, so that its interactions count.
#}
{% macro until_as_of(event_at) -%}
    {%- if var('as_of') is none -%}
    true
    {%- else -%}
    {{ event_at }} <= timestamp '{{ setting_time(var('as_of'), '23:59:59.999999') }}'
    {%- endif -%}
{%- endmacro %}
