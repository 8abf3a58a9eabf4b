{# A number with its noun in the singular or plural: 1 product, 2 products. #}
{% macro counted(number, noun) -%}
    {{ whole_number_text(number) }}
            || case when {{ number }} = 1 then ' {{ noun }}' else ' {{ noun }}s' end
{%- endmacro %}
