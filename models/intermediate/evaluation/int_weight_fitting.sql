{{ config(materialized='view') }}

with origins as (
    select * from {{ ref('int_rolling_origins') }}
),

origin_customers as (
    select * from {{ ref('int_origin_customers') }}
),

-- The latest origin whose late side lies wholly before the split.
fitting_origin as (
    select max(earlier.origin) as origin
    from origins as earlier
    inner join origins as split
        on
            split.is_split
            and earlier.late_until_at <= split.split_at
),

features as (
    select origin_customers.*
    from origin_customers
    inner join fitting_origin on origin_customers.origin = fitting_origin.origin
),

bounds as (
    select
        {{ for_each_feature('min({feature}) as {feature}_lowest') }},
        {{ for_each_feature('max({feature}) as {feature}_highest') }}
    from features
),

normalized as (
    select
        features.customer_id,
        {{ for_each_feature(feature_normalized('features') ~ ' as {feature}') }},
        features.is_late
    from features
    cross join bounds
)

select * from normalized
