{# The canonical name of an event: trimmed, lower case, their alias replaced by ours. #}
{% macro parse_event(column) -%}
    {%- set cleaned = "nullif(lower(trim(" ~ column ~ ")), '')" -%}
    {%- if not var('event_aliases') -%}
        {{ cleaned }}
    {%- else -%}
        case {{ cleaned }}
            {%- for theirs, ours in var('event_aliases').items() %}
            when {{ dbt.string_literal(dbt.escape_single_quotes(theirs | string | trim | lower)) }}
                then {{ dbt.string_literal(dbt.escape_single_quotes(ours | string | trim | lower)) }}
            {%- endfor %}
            else {{ cleaned }}
        end
    {%- endif -%}
{%- endmacro %}
