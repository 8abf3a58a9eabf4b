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
        {{ feature_bounds() }}
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
        {{ engagement_rank(within='origin') }} as engagement_rank
    from scored
)

select * from ranked
