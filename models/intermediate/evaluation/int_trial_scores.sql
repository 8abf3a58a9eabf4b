{# As a table it would be the largest of the warehouse; it is read twice, narrowly. #}
{{ config(materialized='view') }}

{% set customer_columns =
    'origin, customer_id, engagement_rank, is_late, is_late_purchaser' %}

with origin_customers as (
    select * from {{ ref('int_origin_customers') }}
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

-- Those that were fitted to another log say nothing about this one.
fitted_weights as (
    select {{ weight_columns() }}
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
        {{ customer_columns }},
        {{ for_each_feature('{feature}') }}
    from origin_customers
    union all
    select
        'other frequency' as definition,
        {{ customer_columns }},
        {{ for_each_feature('{feature}') | replace(
            'interaction_frequency', 'other_interaction_frequency'
        ) }}
    from origin_customers
),

bounds as (
    select
        definition,
        origin,
        {{ feature_bounds() }}
    from defined
    group by definition, origin
),

scored as (
    select
        'production' as ranking_kind,
        'engagement' as ranking,
        {{ customer_columns }},
        cast(-engagement_rank as double) as score
    from origin_customers
    union all
    -- Nobody can be told from anybody.
    select
        'baseline' as ranking_kind,
        'random' as ranking,
        {{ customer_columns }},
        cast(0 as double) as score
    from origin_customers
    union all
    select
        'baseline' as ranking_kind,
        'recent_activity' as ranking,
        {{ customer_columns }},
        recent_activity as score
    from origin_customers
    {% for feature in engagement_features() %}
    union all
    select
        'feature' as ranking_kind,
        '{{ feature }}' as ranking,
        {{ customer_columns }},
        cast({{ feature }} as double) as score
    from origin_customers
    {% endfor %}
    union all
    select
        'weights' as ranking_kind,
        tried_weights.ranking,
        defined.{{ customer_columns | replace(', ', ', defined.') }},
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
                then '{{ other_definition('score_scale') }} scale'
            else 'frequency over days {{ other_definition('frequency_days') }}'
        end as ranking,
        defined.{{ customer_columns | replace(', ', ', defined.') }},
        case
            when defined.definition = 'in use'
                then {{ engagement_score(
                    'defined', 'weights_in_use', other_definition('score_scale')
                ) }}
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
