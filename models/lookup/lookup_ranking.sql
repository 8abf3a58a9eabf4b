with customers as (
    select * from {{ ref('customers') }}
),

unlisted_customers as (
    select * from {{ ref('int_unlisted_customers') }}
),

-- Held-out customers have the last ranks.
final as (
    select
        cast(customers.customer_rank as bigint) as customer_rank,
        cast(customers.customer_id as {{ id_type() }}) as customer_id,
        cast(customers.customer_score as double) as customer_score,
        cast(customers.customer_ranking as {{ dbt.type_string() }}) as ranking
    from customers
    left join unlisted_customers
        on customers.customer_id = unlisted_customers.customer_id
    where unlisted_customers.customer_id is null
)

select * from final
