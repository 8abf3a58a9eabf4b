{# A share as a person would write it: 3.05 %; small ones keep enough decimals to be seen. #}
{% macro percent_text(share) -%}
    (case
        when {{ share }} = 0 or {{ share }} >= 0.0001
            then
                cast(cast(round(100 * {{ share }}, 2) as decimal(18, 2)) as {{ dbt.type_string() }})
        else
            cast(cast(round(100 * {{ share }}, 6) as decimal(18, 6)) as {{ dbt.type_string() }})
    end || ' %')
{%- endmacro %}
