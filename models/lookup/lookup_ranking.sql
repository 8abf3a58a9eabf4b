with customers as (
    select * from {{ ref('customers') }}
),

final as (
    select
        cast(customer_rank as bigint) as customer_rank,
        cast(customer_id as {{ id_type() }}) as customer_id,
        cast(customer_score as double) as customer_score,
        cast(customer_ranking as {{ dbt.type_string() }}) as ranking
    from customers
)

select * from final
