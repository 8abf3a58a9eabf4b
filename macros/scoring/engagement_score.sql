{#
    The engagement score of a customer, and its parts, as SQL for a query over three
    relations: one with the features, one with `<feature>_lowest` and `<feature>_highest`
    over all customers, named `bounds`, and one with `<feature>_weight`. In the
    templates `{feature}` stands for the feature: see for_each_feature.
#}

{#
    Template of a normalized feature: from 0 (the lowest) to 1 (the highest). If all values are
    equal, it is 0 for all customers: a feature without spread does not change the ranking.

    Args:
        scale: `linear`, (x - min) / (max - min); or `logarithmic`, the same with ln(1 + x),
            which spreads the many values below a few outliers; the setting `score_scale` if
            none.
#}
{% macro feature_normalized(features, scale=none) -%}
    {%- set scaled = {
        'linear': 'cast(% as double)', 'logarithmic': 'ln(1 + cast(% as double))',
    }[scale or var('score_scale')] -%}
    {%- set value = scaled.replace('%', features ~ '.{feature}') -%}
    {%- set lowest = scaled.replace('%', 'bounds.{feature}_lowest') -%}
    {%- set highest = scaled.replace('%', 'bounds.{feature}_highest') -%}
    coalesce(
        ({{ value }} - {{ lowest }})
        / nullif({{ highest }} - {{ lowest }}, 0),
        0
    )
{%- endmacro %}


{#
    The sum of what the features contribute, rounded so that the order of summation changes no
    rank.
#}
{% macro engagement_score(features, weights='feature_weights', scale=none) -%}
    round(
        {{ for_each_feature(
            feature_normalized(features, scale) ~ ' * ' ~ weights ~ '.{feature}_weight',
            separator='\n        + '
        ) }},
        9
    )
{%- endmacro %}
