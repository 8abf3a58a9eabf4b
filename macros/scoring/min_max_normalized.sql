{#
    (x - min) / (max - min): 0 for the lowest, 1 for the highest. 0 for everybody where all
    values are equal, as a feature without spread ranks nobody.
#}
{% macro min_max_normalized(value, lowest, highest) -%}
    coalesce(
        (cast({{ value }} as double) - {{ lowest }})
        / nullif(cast({{ highest }} as double) - {{ lowest }}, 0),
        0
    )
{%- endmacro %}
