{#
    The engagement score of a customer, and its parts, as SQL for a query over three
    relations: one with the features (its name is the argument), `bounds` with
    `<feature>_lowest` and `<feature>_highest` over all customers, and `feature_weights`
    with `<feature>_weight`. In the templates `{feature}` stands for the feature: see
    for_each_feature.
#}

{# Template of a normalized feature. #}
{% macro feature_normalized(features) -%}
    {{ min_max_normalized(
        features ~ '.{feature}', 'bounds.{feature}_lowest', 'bounds.{feature}_highest'
    ) }}
{%- endmacro %}


{# Template of what a feature adds to the score. #}
{% macro feature_contribution(features) -%}
    {{ feature_normalized(features) }} * feature_weights.{feature}_weight
{%- endmacro %}


{# The sum of the contributions, rounded so that no order of summation changes a rank. #}
{% macro engagement_score(features) -%}
    round(
        {{ for_each_feature(feature_contribution(features), separator='\n        + ') }},
        9
    )
{%- endmacro %}


{#
    The rank of a customer among all. Score, then last interaction, then id: a total order,
    the same on every run and engine.
#}
{% macro engagement_rank() -%}
    row_number() over (
        order by engagement_score desc, last_interaction_at desc, customer_id asc
    )
{%- endmacro %}
