{#
    What the probability of a place depends on, as columns: the score and whether there is one,
    the place, and how many customers the product has. They make places of different products
    comparable.
#}
{% macro probability_features(lists, products) -%}
    coalesce({{ lists }}.score, 0) as score_feature,
        case when {{ lists }}.score is null then 1 else 0 end as no_score_feature,
        ln({{ lists }}.place) as place_feature,
        ln(1 + {{ products }}.customer_count) as customers_feature
{%- endmacro %}


{#
    The probability by the fitted weights of one outcome; null where there are none.

    Args:
        examples: a relation with the columns of probability_features.
        weights: a row of int_probability_weights.
#}
{% macro fitted_probability(examples, weights) -%}
    1 / (
            1 + exp(
                -(
                    {{ weights }}.intercept
                    + {{ weights }}.score_weight * {{ examples }}.score_feature
                    + {{ weights }}.no_score_weight * {{ examples }}.no_score_feature
                    + {{ weights }}.place_weight * {{ examples }}.place_feature
                    + {{ weights }}.customers_weight * {{ examples }}.customers_feature
                )
            )
        )
{%- endmacro %}
