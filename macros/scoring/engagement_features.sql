{# The five features of the engagement score, in the order of seeds/feature_weights.csv. #}
{% macro engagement_features() %}
    {{ return([
        'total_interactions',
        'unique_products',
        'avg_event_score',
        'interaction_frequency',
        'recency_score',
    ]) }}
{% endmacro %}


{# Interactions per day active; first and last day both count, so one day is the least. #}
{% macro interaction_frequency(interaction_count, first_at, last_at) -%}
    cast({{ interaction_count }} as double)
    / ({{ dbt.datediff(first_at, last_at, 'day') }} + 1)
{%- endmacro %}


{# Falls from 1 with whole calendar days since the last interaction; 1/e after recency_days. #}
{% macro recency_score(last_at, as_of_at) -%}
    exp(-{{ dbt.datediff(last_at, as_of_at, 'day') }} / cast({{ var('recency_days') }} as double))
{%- endmacro %}


{# The same SQL for each feature: `{feature}` in it becomes the feature's name. #}
{% macro for_each_feature(template, separator=',\n        ') %}
    {% set items = [] %}
    {% for feature in engagement_features() %}
        {% do items.append(template.replace('{feature}', feature)) %}
    {% endfor %}
    {{ return(items | join(separator)) }}
{% endmacro %}
