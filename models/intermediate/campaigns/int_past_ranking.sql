with features as (
    select * from {{ ref('int_past_features') }}
),

feature_weights as (
    select * from {{ ref('int_weight_sets') }}
    where is_in_use
),

suppressed_customers as (
    select * from {{ ref('int_suppressed_customers') }}
),

-- Reads the table: an engine would hold in memory what a query names twice.
bounds as (
    select
        days_back,
        {{ feature_bounds() }}
    from {{ ref('int_past_features') }}
    group by days_back
),

-- Narrow, because these go through the sort.
scored as (
    select
        features.days_back,
        features.customer_id,
        features.last_interaction_at,
        {{ engagement_score('features') }} as engagement_score
    from features
    inner join bounds on features.days_back = bounds.days_back
    cross join feature_weights
    left join suppressed_customers
        on features.customer_id = suppressed_customers.customer_id
    where suppressed_customers.customer_id is null
),

ranked as (
    select
        days_back,
        customer_id,
        engagement_score,
        {{ engagement_rank(within='days_back') }} as engagement_rank
    from scored
)

select * from ranked
