with customers as (
    select * from {{ ref('customers') }}
),

final as (
    select
        engagement_rank as audience_rank,
        customer_id,
        engagement_score
    from customers
    where engagement_rank <= {{ var('top_n') }}
)

select * from final
