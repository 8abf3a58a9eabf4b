with features as (
    select * from {{ ref('int_customer_features') }}
),

ranking as (
    select * from {{ ref('int_engagement_ranks') }}
),

customer_order as (
    select * from {{ ref('int_customer_order') }}
),

feature_weights as (
    select * from {{ ref('int_weight_sets') }}
    where is_in_use
),

-- Reads the table: an engine would hold in memory what a query names twice.
bounds as (
    select
        {{ for_each_feature('min({feature}) as {feature}_lowest') }},
        {{ for_each_feature('max({feature}) as {feature}_highest') }}
    from {{ ref('int_customer_features') }}
),

final as (
    select
        cast(features.customer_id as {{ id_type() }}) as customer_id,
        cast(ranking.engagement_rank as bigint) as engagement_rank,
        cast(ranking.engagement_score as double) as engagement_score,
        cast(features.first_interaction_at as timestamp) as first_interaction_at,
        cast(features.last_interaction_at as timestamp) as last_interaction_at,
        {{ for_each_feature("cast(features.{feature} as {type}) as {feature}") }},
        {{ for_each_feature(
            "cast(" ~ feature_normalized("features") ~ " as double)"
            ~ " as {feature}_normalized"
        ) }},
        {{ for_each_feature(
            "cast(" ~ feature_normalized("features")
            ~ " * feature_weights.{feature}_weight as double) as {feature}_contribution"
        ) }},
        cast(customer_order.ranking as {{ dbt.type_string() }}) as customer_ranking,
        cast(customer_order.customer_rank as bigint) as customer_rank,
        cast(customer_order.customer_score as double) as customer_score
    from features
    inner join ranking on features.customer_id = ranking.customer_id
    inner join customer_order on features.customer_id = customer_order.customer_id
    cross join bounds
    cross join feature_weights
)

select * from final
