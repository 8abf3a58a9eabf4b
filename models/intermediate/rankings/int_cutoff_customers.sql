with pairs as (
    select * from {{ ref('int_cutoff_pairs') }}
),

cutoffs as (
    select * from {{ ref('int_ranking_cutoffs') }}
),

totals as (
    select
        origin,
        customer_id,
        cast(sum(interaction_count) as bigint) as total_interactions,
        cast(sum(recent_count) as bigint) as recent_count,
        cast(sum(event_weight_sum) as decimal(38, 6)) as event_weight_sum,
        count(*) as unique_products,
        min(first_interaction_at) as first_interaction_at,
        max(last_interaction_at) as last_interaction_at
    from pairs
    group by origin, customer_id
),

features as (
    select
        totals.origin,
        totals.customer_id,
        totals.first_interaction_at,
        totals.last_interaction_at,
        {{ engagement_feature_columns('totals', 'cutoffs.split_at') }},
        cast(totals.recent_count as double)
        / (
            {{ dbt.datediff('totals.last_interaction_at', 'cutoffs.split_at', 'day') }}
            + 1
        ) as recent_activity,
        -- The time since the last interaction, as a share of that of the log.
        {{ dbt.datediff('totals.last_interaction_at', 'cutoffs.split_at', 'second') }}
        / cutoffs.span_seconds as unseen_share
    from totals
    inner join cutoffs on totals.origin = cutoffs.origin
),

-- Fixed weights: docs/rankings.md says where they come from.
active as (
    select
        *,
        round(0.5 * ln(unique_products) - 0.1 * ln(0.01 + unseen_share), 9) as activity
    from features
),

final as (
    select
        *,
        row_number() over (
            partition by origin
            order by activity desc, last_interaction_at desc, customer_id asc
        ) as activity_place
    from active
)

select * from final
