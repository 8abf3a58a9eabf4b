with customer_products as (
    select * from {{ ref('int_customer_products') }}
),

customers as (
    select
        customer_id,
        customer_rank,
        engagement_rank
    from {{ ref('customers') }}
),

excluded as (
    select
        customer_products.product_id,
        customer_products.customer_id,
        customers.customer_rank,
        customers.engagement_rank
    from customer_products
    inner join customers on customer_products.customer_id = customers.customer_id
    where {{ excludes('customer_products') }}
),

final as (
    select
        cast(product_id as {{ id_type() }}) as product_id,
        cast(engagement_rank as bigint) as engagement_rank,
        cast(customer_id as {{ id_type() }}) as customer_id,
        cast(customer_rank as bigint) as customer_rank
    from excluded
)

select * from final
