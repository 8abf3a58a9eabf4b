{#
    A share as text: 3.05 %; below 0.1 % it has more decimals. What is compared with it has as
    many: name it as `main`. What they would make 0 is "less than 0.01 %".

    Args:
        is_difference: whether it is a difference of shares, in percentage points: a number
            without % and without "less than".
#}
{% macro percent_text(share, main=none, is_difference=false) -%}
    {%- set size = 'abs(' ~ (main or share) ~ ')' -%}
    (case
        {#- Below a share: the decimals of its text. From the last on there are two. #}
        {%- for below, decimals in [(0.00001, 6), (0.0001, 4), (0.001, 3), (none, 2)] %}
        {%- set text = number_text('100 * (' ~ share ~ ')', decimals) %}
        {%- set least = '%.*f' % (decimals, 0.1 ** decimals) %}
        when {{ size ~ ' > 0 and ' ~ size ~ ' < ' ~ below if below else true }}
            {%- if is_difference %}
            then {{ text }}
            {%- else %}
            then
                case
                    when {{ share }} > 0 and 200 * {{ share }} < {{ least }}
                        then 'less than {{ least }}'
                    else {{ text }}
                end
            {%- endif %}
        {%- endfor %}
    end{{ " || ' %'" if not is_difference }})
{%- endmacro %}


{# A number with so many decimals. #}
{% macro number_text(number, decimals) -%}
    cast(
        cast(round({{ number }}, {{ decimals }}) as decimal(18, {{ decimals }}))
        as {{ dbt.type_string() }}
    )
{%- endmacro %}
