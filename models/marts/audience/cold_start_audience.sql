with customers as (
    select * from {{ ref('customers') }}
),

unlisted_customers as (
    select * from {{ ref('int_unlisted_customers') }}
),

final as (
    select
        customers.customer_rank as audience_rank,
        customers.customer_id,
        customers.engagement_score,
        customers.customer_ranking as ranking,
        customers.customer_score as score
    from customers
    left join unlisted_customers
        on customers.customer_id = unlisted_customers.customer_id
    where
        customers.customer_rank <= {{ var('top_n') }}
        and unlisted_customers.customer_id is null
)

select * from final
