with features as (
    select * from {{ ref('int_origin_customers') }}
),

feature_weights as (
    select * from {{ ref('int_weight_sets') }}
    where is_in_use
),

-- Reads the table: an engine would hold in memory what a query names twice.
bounds as (
    select
        origin,
        {{ for_each_feature('min({feature}) as {feature}_lowest') }},
        {{ for_each_feature('max({feature}) as {feature}_highest') }}
    from {{ ref('int_origin_customers') }}
    group by origin
),

-- Narrow, because these go through the sort.
scored as (
    select
        features.origin,
        features.customer_id,
        features.last_interaction_at,
        features.is_late,
        features.is_late_purchaser,
        {{ engagement_score('features') }} as engagement_score
    from features
    inner join bounds on features.origin = bounds.origin
    cross join feature_weights
),

ranked as (
    select
        origin,
        customer_id,
        is_late,
        is_late_purchaser,
        engagement_score,
        {# The order of int_engagement_ranks. #}
        row_number() over (
            partition by origin
            order by engagement_score desc, last_interaction_at desc, customer_id asc
        ) as engagement_rank
    from scored
)

select * from ranked
