{#
    In a select list: one row per whole number from `first` to `last` (both included, both
    may be columns).
#}
{% macro each_number(first, last) -%}
    {{ adapter.dispatch('each_number')(first, last) }}
{%- endmacro %}


{% macro default__each_number(first, last) -%}
    unnest(generate_series({{ first }}, {{ last }}))
{%- endmacro %}


{# Its sequence would run backwards where there is no number. #}
{% macro spark__each_number(first, last) -%}
    explode(
        case
            when {{ first }} <= {{ last }}
                then sequence(cast({{ first }} as bigint), cast({{ last }} as bigint))
        end
    )
{%- endmacro %}


{# A whole number as a person would write it: 433,787. #}
{% macro whole_number_text(number) -%}
    {{ adapter.dispatch('whole_number_text')(number) }}
{%- endmacro %}


{% macro default__whole_number_text(number) -%}
    format('{:,}', cast({{ number }} as bigint))
{%- endmacro %}


{% macro spark__whole_number_text(number) -%}
    format_number(cast({{ number }} as bigint), 0)
{%- endmacro %}
