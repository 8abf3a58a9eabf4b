{#
    The engagement score: the sum of the weighted features, rounded so that no engine's order
    of summation can change a rank.
#}
{% macro engagement_score() -%}
    round(
        {% for feature in engagement_features() -%}
        {{ feature }}_contribution{{ ' + ' if not loop.last }}
        {%- endfor -%}
        , 9
    )
{%- endmacro %}


{# The rank of a customer among all: a total order, the same on every run and engine. #}
{% macro engagement_rank() -%}
    row_number() over (
        order by engagement_score desc, last_interaction_at desc, customer_id asc
    )
{%- endmacro %}
