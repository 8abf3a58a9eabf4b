{# A value of a seed that is kept as text, typed; null where it is none. #}
{% macro seed_value(column, type) %}
    {% set text = "nullif(trim(" ~ column ~ "), '')" %}
    {% if type == 'bigint' %}{{ return(parse_whole_number(text)) }}{% endif %}
    {% if type == 'double' %}{{ return(parse_number(text)) }}{% endif %}
    {{ return('try_cast(' ~ text ~ ' as ' ~ type ~ ')') }}
{% endmacro %}


{#
    What is wrong with a value of a seed, as branches of a case. For tests that say in words
    why a seed is not valid.

    Args:
        seed, typed: relations with the text and with the typed value.
        minimum: the lowest valid number; none without a limit.
#}
{% macro seed_defect(seed, typed, column, type, minimum=none) -%}
    {%- set expected = {
        'bigint': 'a whole number', 'double': 'a number',
        'date': 'a date such as 2023-04-01', 'boolean': 'true or false',
    } -%}
    when coalesce(trim({{ seed }}.{{ column }}), '') = ''
                then '{{ column }} is empty'
            {%- if type in expected %}
            when {{ typed }}.{{ column }} is null
                then
                    '{{ column }} = ' || {{ seed }}.{{ column }}
                    || ', expected {{ expected[type] }}'
            {%- endif %}
            {%- if minimum is not none %}
            when {{ typed }}.{{ column }} < {{ minimum }}
                then
                    '{{ column }} = ' || {{ seed }}.{{ column }}
                    || ', expected {{ minimum }} or more'
            {%- endif %}
{%- endmacro %}
