with recommendations as (
    select * from {{ ref('int_recommendations') }}
),

relevant_customers as (
    select * from {{ ref('int_relevant_customers') }}
),

hits as (
    select
        recommendations.recommender,
        relevant_customers.population,
        relevant_customers.slice_by,
        relevant_customers.slice,
        recommendations.product_id,
        recommendations.customer_id,
        recommendations.recommendation_rank,
        row_number() over (
            partition by
                recommendations.recommender,
                relevant_customers.population,
                relevant_customers.slice_by,
                relevant_customers.slice,
                recommendations.product_id
            order by recommendations.recommendation_rank
        ) as hit_number
    from recommendations
    inner join relevant_customers
        on
            recommendations.product_id = relevant_customers.product_id
            and recommendations.customer_id = relevant_customers.customer_id
)

select * from hits
