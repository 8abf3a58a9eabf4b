{#
    A value between the lowest, 0, and the highest, 1; 0 for everybody where all values are
    equal, as a feature without spread ranks nobody.

    Args:
        scale: `linear`, (x - min) / (max - min); or `logarithmic`, the same of ln(1 + x),
            which leaves more room for the many below a few outliers.
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
