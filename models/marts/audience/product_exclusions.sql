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

pairs as (
    select
        customer_products.product_id,
        customer_products.customer_id
    from customer_products
    where {{ excludes('customer_products') }}
    union all
    select
        product_id,
        customer_id
    from {{ ref('int_feedback_pairs') }}
    where not is_excluded_anyway
),

excluded as (
    select
        pairs.product_id,
        pairs.customer_id,
        customers.customer_rank,
        customers.engagement_rank
    from pairs
    inner join customers on pairs.customer_id = customers.customer_id
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
