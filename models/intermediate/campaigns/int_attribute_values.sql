{# Only attributes that a rule names: most tables of attributes are wide. #}
with rules as (
    select distinct
        subject,
        attribute
    from {{ ref('int_rule_values') }}
),

-- At the reference time, and at the start of each past window.
customers as (
    {% for when in ['now', 'then'] %}
    select
        features.customer_id,
        features.first_interaction_at,
        features.last_interaction_at,
        {{ for_each_feature('features.{feature}') }},
        ranking.engagement_rank,
        ranking.engagement_score,
        {{ 'features.days_back' if when == 'then' else '0' }} as days_back
    {% if when == 'now' %}
    from {{ ref('int_customer_features') }} as features
    inner join {{ ref('int_customer_ranking') }} as ranking
        on features.customer_id = ranking.customer_id
    union all
    {% else %}
    from {{ ref('int_past_features') }} as features
    inner join {{ ref('int_past_ranking') }} as ranking
        on
            features.days_back = ranking.days_back
            and features.customer_id = ranking.customer_id
    {% endif %}
    {% endfor %}
),

products as (
    select
        *,
        0 as days_back
    from {{ ref('int_product_counts') }}
),

{% for subject in ['customer', 'product'] %}
{{ subject }}_attributes as (
    select * from {{ ref('stg_' ~ subject ~ '_attributes') }}
    where outcome = 'accepted'
),

{{ subject }}_values as (
    select
        rules.subject,
        {{ subject }}s.{{ subject }}_id as subject_id,
        {{ subject }}s.days_back,
        rules.attribute,
        case rules.attribute
            {% for attribute, column in rule_attributes(
                subject, subject ~ 's', subject ~ '_attributes'
            ).items() %}
            when {{ text_literal(attribute) }}
                then cast({{ column }} as {{ dbt.type_string() }})
            {% endfor %}
        end as value
    from {{ subject }}s
    inner join rules on rules.subject = '{{ subject }}'
    left join {{ subject }}_attributes
        on {{ subject }}s.{{ subject }}_id = {{ subject }}_attributes.{{ subject }}_id
),

{% endfor %}
combined as (
    {% for subject in ['customer', 'product'] %}
    select
        subject,
        subject_id,
        days_back,
        attribute,
        {{ comparable('value') }} as value
    from {{ subject }}_values
    {{ 'union all' if not loop.last }}
    {% endfor %}
)

select * from combined
