{#
    In a select list: one row per whole number from `first` to `last` (both included, both
    may be columns). On Spark `sequence` would run backwards where there is no number.
#}
{% macro each_number(first, last) -%}
    {%- if target.type == 'spark' -%}
    explode(
        case
            when {{ first }} <= {{ last }}
                then sequence(cast({{ first }} as bigint), cast({{ last }} as bigint))
        end
    )
    {%- else -%}
    unnest(generate_series({{ first }}, {{ last }}))
    {%- endif -%}
{%- endmacro %}


{# A whole number with separators: 433,787. #}
{% macro whole_number_text(number) -%}
    {%- if target.type == 'spark' -%}
    format_number(cast({{ number }} as bigint), 0)
    {%- else -%}
    format('{:,}', cast({{ number }} as bigint))
    {%- endif -%}
{%- endmacro %}
