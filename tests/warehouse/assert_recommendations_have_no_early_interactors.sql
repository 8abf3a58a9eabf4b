-- No recommender lists a customer whom the setting `exclude` leaves out for an early
-- interaction with the product, or a customer without any early interaction.
with recommendations as (
    select * from {{ ref('int_recommendations') }}
),

split as (
    select * from {{ ref('int_rolling_origins') }}
    where is_split
),

early_interactions as (
    select
        interactions.customer_id,
        interactions.product_id,
        interactions.event
    from {{ ref('int_interactions') }} as interactions
    inner join split on interactions.event_at < split.split_at
),

early_customers as (
    select distinct customer_id
    from early_interactions
),

excluded as (
    select distinct
        product_id,
        customer_id
    from early_interactions
    {% if var('exclude') == 'purchased' %}
    where event = 'purchased'
    {% elif var('exclude') == 'none' %}
    where false
    {% endif %}
)

select
    recommendations.recommender,
    recommendations.product_id,
    recommendations.customer_id
from recommendations
left join early_customers
    on recommendations.customer_id = early_customers.customer_id
left join excluded
    on
        recommendations.product_id = excluded.product_id
        and recommendations.customer_id = excluded.customer_id
where
    early_customers.customer_id is null
    or excluded.customer_id is not null
