{# Below a share: the decimals of its text. From the last on there are two. #}
{% macro share_decimals() -%}
    {{ return([(0.00001, 6), (0.0001, 4), (0.001, 3), (none, 2)]) }}
{%- endmacro %}


{#
    A share as text: 3.05 %; below 0.1 % it has more decimals. What is compared with it has as
    many: name it as `main`. What they would make 0 is "less than 0.01 %".
#}
{% macro percent_text(share, main=none) -%}
    {%- set size = 'abs(' ~ (main or share) ~ ')' -%}
    (case
        {%- for below, decimals in share_decimals() %}
        {%- set least = '%.*f' % (decimals, 0.1 ** decimals) %}
        when {{ size ~ ' > 0 and ' ~ size ~ ' < ' ~ below if below else true }}
            then
                case
                    when {{ share }} > 0 and 200 * {{ share }} < {{ least }}
                        then 'less than {{ least }}'
                    else {{ number_text('100 * (' ~ share ~ ')', decimals) }}
                end
        {%- endfor %}
    end || ' %')
{%- endmacro %}


{# A difference of shares in percentage points, with the decimals of the main one. #}
{% macro points_text(difference, main) -%}
    {%- set size = 'abs(' ~ main ~ ')' -%}
    (case
        {%- for below, decimals in share_decimals() %}
        when {{ size ~ ' > 0 and ' ~ size ~ ' < ' ~ below if below else true }}
            then {{ number_text('100 * (' ~ difference ~ ')', decimals) }}
        {%- endfor %}
    end)
{%- endmacro %}


{# A number with so many decimals. #}
{% macro number_text(number, decimals) -%}
    cast(
        cast(round({{ number }}, {{ decimals }}) as decimal(18, {{ decimals }}))
        as {{ dbt.type_string() }}
    )
{%- endmacro %}
