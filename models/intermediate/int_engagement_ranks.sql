with features as (
    select * from {{ ref('int_customer_features') }}
),

feature_weights as (
    select * from {{ ref('int_weight_sets') }}
    where is_in_use
),

suppressed_customers as (
    select * from {{ ref('int_suppressed_customers') }}
),

-- Over all customers, so that a suppression changes no other customer's score. Reads
-- the table, because an engine would hold in memory what a query names twice.
bounds as (
    select
        {{ for_each_feature('min({feature}) as {feature}_lowest') }},
        {{ for_each_feature('max({feature}) as {feature}_highest') }}
    from {{ ref('int_customer_features') }}
),

-- Narrow, because these go through the sort.
scored as (
    select
        features.customer_id,
        features.last_interaction_at,
        {{ engagement_score('features') }} as engagement_score
    from features
    cross join bounds
    cross join feature_weights
    left join suppressed_customers
        on features.customer_id = suppressed_customers.customer_id
    where suppressed_customers.customer_id is null
),

ranked as (
    select
        customer_id,
        engagement_score,
        {# No ties: the same on every run and engine. #}
        row_number() over (
            order by engagement_score desc, last_interaction_at desc, customer_id asc
        ) as engagement_rank
    from scored
)

select * from ranked
