with customer_products as (
    select * from {{ ref('int_customer_products') }}
),

log_window as (
    select * from {{ ref('int_log_window') }}
),

feature_weights as (
    select
        {{ for_each_feature(
            "max(case when feature = '{feature}' then weight end) as {feature}_weight"
        ) }}
    from {{ ref('feature_weights') }}
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
        aggregated.total_interactions,
        aggregated.unique_products,
        cast(aggregated.event_weight_sum as double) / aggregated.total_interactions
            as avg_event_score,
        {{ interaction_frequency(
            'aggregated.total_interactions',
            'aggregated.first_interaction_at',
            'aggregated.last_interaction_at',
        ) }} as interaction_frequency,
        {{ recency_score('aggregated.last_interaction_at', 'log_window.as_of_at') }}
            as recency_score
    from aggregated
    cross join log_window
),

bounds as (
    select
        {{ for_each_feature("min({feature}) as {feature}_lowest") }},
        {{ for_each_feature("max({feature}) as {feature}_highest") }}
    from features
),

normalized as (
    select
        features.*,
        {{ for_each_feature(
            min_max_normalized(
                "features.{feature}",
                "bounds.{feature}_lowest",
                "bounds.{feature}_highest",
            ) ~ " as {feature}_normalized"
        ) }}
    from features
    cross join bounds
),

weighted as (
    select
        normalized.*,
        {{ for_each_feature(
            "normalized.{feature}_normalized * feature_weights.{feature}_weight"
            ~ " as {feature}_contribution"
        ) }}
    from normalized
    cross join feature_weights
),

scored as (
    select
        *,
        {{ engagement_score() }} as engagement_score
    from weighted
),

final as (
    select
        cast(customer_id as {{ id_type() }}) as customer_id,
        cast({{ engagement_rank() }} as bigint) as engagement_rank,
        cast(engagement_score as double) as engagement_score,
        cast(first_interaction_at as timestamp) as first_interaction_at,
        cast(last_interaction_at as timestamp) as last_interaction_at,
        cast(total_interactions as bigint) as total_interactions,
        cast(unique_products as bigint) as unique_products,
        cast(avg_event_score as double) as avg_event_score,
        cast(interaction_frequency as double) as interaction_frequency,
        cast(recency_score as double) as recency_score,
        {{ for_each_feature(
            "cast({feature}_normalized as double) as {feature}_normalized"
        ) }},
        {{ for_each_feature(
            "cast({feature}_contribution as double) as {feature}_contribution"
        ) }}
    from scored
)

select * from final
