{# The features of the engagement score and their types. #}
{% macro engagement_features() %}
    {{ return({
        'total_interactions': 'bigint',
        'unique_products': 'bigint',
        'avg_event_score': 'double',
        'interaction_frequency': 'double',
        'recency_score': 'double',
    }) }}
{% endmacro %}


{#
    The features of customers, as columns of a select list.

    Args:
        customers: the relation that they are computed from: a row per customer, with
            `total_interactions`, `unique_products`, `event_weight_sum`,
            `first_interaction_at` and `last_interaction_at`.
        as_of_at: the reference time.
#}
{% macro engagement_feature_columns(customers, as_of_at) -%}
    {#-
        Interactions per day. The days run from the first to the last interaction (active), or
        from the first interaction to the reference time (known). Both ends count, so there is
        at least one day.
    -#}
    {%- set until = {
        'active': customers ~ '.last_interaction_at', 'known': as_of_at,
    }[var('frequency_days')] -%}
    {{ customers }}.total_interactions,
        {{ customers }}.unique_products,
        cast({{ customers }}.event_weight_sum as double)
        / {{ customers }}.total_interactions as avg_event_score,
        cast({{ customers }}.total_interactions as double)
        / (
            {{ dbt.datediff(customers ~ '.first_interaction_at', until, 'day') }} + 1
        ) as interaction_frequency,
        -- 1 on the day of the last interaction; falls by calendar days to 1/e after
        -- recency_days.
        exp(
            -{{ dbt.datediff(customers ~ '.last_interaction_at', as_of_at, 'day') }}
            / cast({{ var('recency_days') }} as double)
        ) as recency_score
{%- endmacro %}


{# The same SQL for each feature: `{feature}` becomes its name, `{type}` its type. #}
{% macro for_each_feature(template, separator=',\n        ') %}
    {% set items = [] %}
    {% for feature, type in engagement_features().items() %}
        {% do items.append(template.replace('{feature}', feature).replace('{type}', type)) %}
    {% endfor %}
    {{ return(items | join(separator)) }}
{% endmacro %}
