{# As ranking_engagement, with features on a logarithmic scale. #}
{{ config(materialized='ephemeral') }}

with customers as (
    select * from {{ ref('int_cutoff_customers') }}
),

feature_weights as (
    select * from {{ ref('int_weight_sets') }}
    where is_in_use
),

bounds as (
    select
        origin,
        {{ for_each_feature('min({feature}) as {feature}_lowest') }},
        {{ for_each_feature('max({feature}) as {feature}_highest') }}
    from {{ ref('int_cutoff_customers') }}
    group by origin
)

select
    customers.origin,
    customers.customer_id,
    {{ engagement_score('customers', scale='logarithmic') }} as score
from customers
inner join bounds on customers.origin = bounds.origin
cross join feature_weights
