{# The canonical name of an event: trimmed, lower case, an alias replaced by our name. #}
{% macro parse_event(column) -%}
    {%- set cleaned = "lower(" ~ one_line(column) ~ ")" -%}
    {%- if not var('event_aliases') -%}
        {{ cleaned }}
    {%- else -%}
        case {{ cleaned }}
            {%- for theirs, ours in var('event_aliases').items() %}
            when {{ text_literal(event_name(theirs)) }}
                then {{ text_literal(event_name(ours)) }}
            {%- endfor %}
            else {{ cleaned }}
        end
    {%- endif -%}
{%- endmacro %}


{# The canonical name of an event that a setting gives. #}
{% macro event_name(name) %}
    {{ return(name | string | trim | lower) }}
{% endmacro %}
