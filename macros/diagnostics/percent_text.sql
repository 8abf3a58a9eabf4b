{#
    A share as text: 3.05 %. From 0.01 % on it has two decimals, from 0.001 % on four, below six.
    Figures of one sentence have the same decimals: name the smallest of them that must be
    legible as `scale` (see smallest_share).
#}
{% macro percent_text(share, scale=none) -%}
    ({{ hundredths_text(share, scale) }} || ' %')
{%- endmacro %}


{# The same without its sign, for differences in percentage points. #}
{% macro hundredths_text(share, scale=none) -%}
    {%- set size = 'abs(' ~ (scale or share) ~ ')' -%}
    (case
        when {{ size }} > 0 and {{ size }} < 0.00001
            then {{ number_text('100 * (' ~ share ~ ')', 6) }}
        when {{ size }} > 0 and {{ size }} < 0.0001
            then {{ number_text('100 * (' ~ share ~ ')', 4) }}
        else {{ number_text('100 * (' ~ share ~ ')', 2) }}
    end)
{%- endmacro %}


{#
    The smallest of several shares other than 0, whatever their sign. Of an interval name the
    upper end: a lower end near 0 needs no more decimals.
#}
{% macro smallest_share(shares) -%}
    least(
        {%- for share in shares %}
        nullif(abs({{ share }}), 0){{ ',' if not loop.last }}
        {%- endfor %}
    )
{%- endmacro %}


{# A number with so many decimals. #}
{% macro number_text(number, decimals) -%}
    cast(
        cast(round({{ number }}, {{ decimals }}) as decimal(18, {{ decimals }}))
        as {{ dbt.type_string() }}
    )
{%- endmacro %}
