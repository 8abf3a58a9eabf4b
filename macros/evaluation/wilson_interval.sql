{#
    Bounds of the 95 % interval of a share, by Wilson's score method (Wilson 1927, JASA 22):
    it stays between 0 and 1, and has a width even if none or all respond.

    Args:
        bound: `low` or `high`.
        count, total: may be fractions; null where total is 0.
#}
{% macro wilson_interval(bound, count, total) -%}
    {%- set z = 1.959963984540054 -%}
    {%- set share = 'cast(' ~ count ~ ' as double) / nullif(' ~ total ~ ', 0)' -%}
    cast(
            {#- Rounding must not put the share outside where none or all respond. -#}
            {{ 'greatest(0, least(' if bound == 'low' else 'least(1, greatest(' }}
            {{- share }}, (
                {{ share }} + {{ z * z / 2 }} / {{ total }}
                {{ '-' if bound == 'low' else '+' }} {{ z }} * sqrt(
                    greatest(0, {{ share }} * (1 - {{ share }})) / {{ total }}
                    + {{ z * z / 4 }} / ({{ total }} * cast({{ total }} as double))
                )
            ) / (1 + {{ z * z }} / {{ total }}))) as double
        )
{%- endmacro %}
