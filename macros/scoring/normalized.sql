{#
    A value between 0 (the lowest) and 1 (the highest). If all values are equal, it is 0 for
    all customers: a feature without spread does not change the ranking.

    Args:
        scale: `linear`, (x - min) / (max - min); or `logarithmic`, the same with ln(1 + x),
            which spreads the many values below a few outliers.
#}
{% macro normalized(value, lowest, highest, scale) -%}
    {%- set scaled = {'linear': 'cast(% as double)', 'logarithmic': 'ln(1 + cast(% as double))'} -%}
    {%- set value, lowest, highest = (
        scaled[scale].replace('%', value),
        scaled[scale].replace('%', lowest),
        scaled[scale].replace('%', highest),
    ) -%}
    coalesce(
        ({{ value }} - {{ lowest }})
        / nullif({{ highest }} - {{ lowest }}, 0),
        0
    )
{%- endmacro %}
