{# A share as text: 3.05 %; a small one has more decimals. #}
{% macro percent_text(share) -%}
    (case
        when {{ share }} = 0 or abs({{ share }}) >= 0.0001
            then {{ number_text('100 * (' ~ share ~ ')', 2) }}
        else {{ number_text('100 * (' ~ share ~ ')', 6) }}
    end || ' %')
{%- endmacro %}


{# A number with so many decimals. #}
{% macro number_text(number, decimals) -%}
    cast(
        cast(round({{ number }}, {{ decimals }}) as decimal(18, {{ decimals }}))
        as {{ dbt.type_string() }}
    )
{%- endmacro %}
