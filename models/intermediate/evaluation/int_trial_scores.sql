{{ config(materialized='view') }}

{% set profile_columns = [
    'origin', 'customer_count', 'interaction_count', 'purchased_count',
    'top_tenth_interaction_count', 'top_tenth_purchased_count',
] %}

{% set charted = rankings() | selectattr('ranks', 'equalto', 'customers')
    | selectattr('is_charted') | map(attribute='name') | reject('equalto', 'engagement')
    | list %}

{# Two settings choose between definitions of the score; these are not chosen. #}
{% set other_scale = 'logarithmic' if var('score_scale') == 'linear' else 'linear' %}
{% set other_days = 'known' if var('frequency_days') == 'active' else 'active' %}

with profiles as (
    select * from {{ ref('int_customer_profiles') }}
),

split as (
    select * from {{ ref('int_rolling_origins') }}
    where is_split
),

training_log as (
    select * from {{ ref('int_training_log') }}
),

weight_sets as (
    select * from {{ ref('int_weight_sets') }}
),

stored_weights as (
    select * from {{ ref('stg_fitted_weights') }}
),

-- Weights fitted to another log are ignored.
fitted_weights as (
    select
        {{ for_each_feature(
            "cast(sum(case when feature = '{feature}' then weight else 0 end) as double)"
            ~ " as {feature}_weight"
        ) }}
    from stored_weights
    inner join training_log
        on stored_weights.log_fingerprint = training_log.log_fingerprint
    having count(*) > 0
),

-- Weights are tried at every origin, except those that were fitted to an earlier one.
tried_weights as (
    select
        case
            when weight_set like 'without %' then weight_set
            else weight_set || ' weights'
        end as ranking,
        cast(null as bigint) as origin,
        {{ for_each_feature('{feature}_weight') }}
    from weight_sets
    where not is_in_use
    union all
    select
        'newly fitted weights' as ranking,
        split.origin,
        {{ for_each_feature('fitted_weights.{feature}_weight') }}
    from fitted_weights
    cross join split
),

weights_in_use as (
    select * from weight_sets
    where is_in_use
),

defined as (
    select
        'in use' as definition,
        {{ profile_columns | join(',\n        ') }},
        {{ for_each_feature('{feature}') }}
    from profiles
    union all
    select
        'other frequency' as definition,
        {{ profile_columns | join(',\n        ') }},
        {{ for_each_feature('{feature}') | replace(
            'interaction_frequency', 'other_interaction_frequency'
        ) }}
    from profiles
),

bounds as (
    select
        definition,
        origin,
        {{ for_each_feature('min({feature}) as {feature}_lowest') }},
        {{ for_each_feature('max({feature}) as {feature}_highest') }}
    from defined
    group by definition, origin
),

-- Rankings of customers that the charts show; engagement is there with all its ranks.
other_rankings as (
    select
        customer_scores.origin,
        customer_scores.ranking,
        customer_scores.score,
        0 as top_tenth_interaction_count,
        0 as top_tenth_purchased_count,
        count(*) as customer_count,
        count(case when origin_customers.is_late then 1 end) as interaction_count,
        count(case when origin_customers.is_late_purchaser then 1 end)
            as purchased_count
    from {{ ref('int_customer_scores') }} as customer_scores
    inner join {{ ref('int_origin_customers') }} as origin_customers
        on
            customer_scores.origin = origin_customers.origin
            and customer_scores.customer_id = origin_customers.customer_id
    where customer_scores.ranking in ({{ text_values(charted) }})
    group by customer_scores.origin, customer_scores.ranking, customer_scores.score
),

scored as (
    -- All customers tie.
    select
        'baseline' as ranking_kind,
        'random' as ranking,
        {{ profile_columns | join(',\n        ') }},
        cast(0 as double) as score
    from profiles
    union all
    select
        'ranking' as ranking_kind,
        ranking,
        {{ profile_columns | join(',\n        ') }},
        score
    from other_rankings
    {% for feature in engagement_features() %}
    union all
    select
        'feature' as ranking_kind,
        '{{ feature }}' as ranking,
        {{ profile_columns | join(',\n        ') }},
        cast({{ feature }} as double) as score
    from profiles
    {% endfor %}
    union all
    select
        'weights' as ranking_kind,
        tried_weights.ranking,
        {% for column in profile_columns %}
        defined.{{ column }},
        {% endfor %}
        {{ engagement_score('defined', 'tried_weights') }} as score
    from defined
    inner join bounds
        on
            defined.definition = bounds.definition
            and defined.origin = bounds.origin
    inner join tried_weights
        on coalesce(tried_weights.origin, defined.origin) = defined.origin
    where defined.definition = 'in use'
    union all
    select
        'definition' as ranking_kind,
        case
            when defined.definition = 'in use'
                then '{{ other_scale }} scale'
            else 'frequency over days {{ other_days }}'
        end as ranking,
        {% for column in profile_columns %}
        defined.{{ column }},
        {% endfor %}
        case
            when defined.definition = 'in use'
                then {{ engagement_score('defined', 'weights_in_use', other_scale) }}
            else {{ engagement_score('defined', 'weights_in_use') }}
        end as score
    from defined
    inner join bounds
        on
            defined.definition = bounds.definition
            and defined.origin = bounds.origin
    cross join weights_in_use
)

select * from scored
