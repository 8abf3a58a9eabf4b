with customers as (
    select * from {{ ref('customers') }}
),

final as (
    select
        customer_rank as audience_rank,
        customer_id,
        engagement_score,
        customer_ranking as ranking,
        customer_score as score
    from customers
    where customer_rank <= {{ var('top_n') }}
)

select * from final
