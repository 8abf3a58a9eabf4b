with customer_products as (
    select * from {{ ref('int_customer_products') }}
),

log_window as (
    select * from {{ ref('int_log_window') }}
),

feature_weights as (
    select * from {{ ref('int_weight_sets') }}
    where is_in_use
),

aggregated as (
    select
        customer_id,
        sum(interaction_count) as total_interactions,
        count(*) as unique_products,
        sum(event_weight_sum) as event_weight_sum,
        min(first_interaction_at) as first_interaction_at,
        max(last_interaction_at) as last_interaction_at
    from customer_products
    group by customer_id
),

features as (
    select
        aggregated.customer_id,
        aggregated.first_interaction_at,
        aggregated.last_interaction_at,
        {{ engagement_feature_columns('aggregated', 'log_window.as_of_at') }}
    from aggregated
    cross join log_window
),

bounds as (
    select
        {{ feature_bounds() }}
    from features
),

-- Narrow, because these go through the sort. The rest is joined again afterwards, and
-- the parts of the score are worked out once more: faster than sorting them along.
scored as (
    select
        features.customer_id,
        features.last_interaction_at,
        {{ engagement_score('features') }} as engagement_score
    from features
    cross join bounds
    cross join feature_weights
),

ranked as (
    select
        customer_id,
        engagement_score,
        {{ engagement_rank() }} as engagement_rank
    from scored
),

final as (
    select
        cast(features.customer_id as {{ id_type() }}) as customer_id,
        cast(ranked.engagement_rank as bigint) as engagement_rank,
        cast(ranked.engagement_score as double) as engagement_score,
        cast(features.first_interaction_at as timestamp) as first_interaction_at,
        cast(features.last_interaction_at as timestamp) as last_interaction_at,
        cast(features.total_interactions as bigint) as total_interactions,
        cast(features.unique_products as bigint) as unique_products,
        cast(features.avg_event_score as double) as avg_event_score,
        cast(features.interaction_frequency as double) as interaction_frequency,
        cast(features.recency_score as double) as recency_score,
        {{ for_each_feature(
            "cast(" ~ feature_normalized("features") ~ " as double)"
            ~ " as {feature}_normalized"
        ) }},
        {{ for_each_feature(
            "cast(" ~ feature_contribution("features") ~ " as double)"
            ~ " as {feature}_contribution"
        ) }}
    from features
    inner join ranked on features.customer_id = ranked.customer_id
    cross join bounds
    cross join feature_weights
)

select * from final
