with customers as (
    select * from {{ ref('customers') }}
),

final as (
    select
        cast(engagement_rank as bigint) as engagement_rank,
        cast(customer_id as {{ id_type() }}) as customer_id,
        cast(engagement_score as double) as engagement_score
    from customers
)

select * from final
