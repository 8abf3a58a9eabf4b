-- No recommender lists a customer with an early interaction with the product, or a
-- customer without any early interaction.
with recommendations as (
    select * from {{ ref('int_recommendations') }}
),

pairs as (
    select * from {{ ref('int_customer_product_sides') }}
),

early_customers as (
    select distinct customer_id
    from pairs
    where early_count > 0
)

select
    recommendations.recommender,
    recommendations.product_id,
    recommendations.customer_id
from recommendations
left join early_customers
    on recommendations.customer_id = early_customers.customer_id
left join pairs
    on
        recommendations.product_id = pairs.product_id
        and recommendations.customer_id = pairs.customer_id
        and pairs.early_count > 0
where
    early_customers.customer_id is null
    or pairs.customer_id is not null
