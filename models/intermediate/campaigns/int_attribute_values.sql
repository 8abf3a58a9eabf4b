{# Only attributes that a rule names: most tables of attributes are wide. #}
with rules as (
    select distinct
        subject,
        attribute
    from {{ ref('int_rule_values') }}
),

-- At the reference time (origin 0), and at the past cutoffs.
customers as (
    {% for when in ['now', 'then'] %}
    select
        features.customer_id,
        {{ 'features' if when == 'now' else 'totals' }}.first_interaction_at,
        features.last_interaction_at,
        {{ for_each_feature('features.{feature}') }},
        ranking.engagement_rank,
        ranking.engagement_score,
        {{ '0' if when == 'now' else 'features.origin' }} as origin
    {% if when == 'now' %}
    from {{ ref('int_customer_features') }} as features
    inner join {{ ref('int_engagement_ranks') }} as ranking
        on features.customer_id = ranking.customer_id
    union all
    {% else %}
    from {{ ref('int_origin_customers') }} as features
    inner join {{ ref('int_origin_engagement_ranks') }} as ranking
        on
            features.origin = ranking.origin
            and features.customer_id = ranking.customer_id
    inner join {{ ref('int_customer_totals') }} as totals
        on features.customer_id = totals.customer_id
    {% endif %}
    {% endfor %}
),

products as (
    select
        *,
        0 as origin
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
        {{ subject }}s.origin,
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
        origin,
        attribute,
        {{ comparable('value') }} as value
    from {{ subject }}_values
    {{ 'union all' if not loop.last }}
    {% endfor %}
)

select * from combined
