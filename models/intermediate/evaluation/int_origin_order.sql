{# Customers at each origin in the order of the ranking that serves now. #}
with scores as (
    select * from {{ ref('int_customer_scores') }}
),

served as (
    select ranking
    from {{ ref('int_served_rankings') }}
    where audience = 'customers'
),

origin_customers as (
    select * from {{ ref('int_origin_customers') }}
),

ordered as (
    select
        scores.origin,
        scores.customer_id,
        row_number() over (
            partition by scores.origin
            order by
                scores.score desc,
                origin_customers.last_interaction_at desc,
                scores.customer_id asc
        ) as customer_rank
    from scores
    inner join served on scores.ranking = served.ranking
    inner join origin_customers
        on
            scores.origin = origin_customers.origin
            and scores.customer_id = origin_customers.customer_id
)

select * from ordered
