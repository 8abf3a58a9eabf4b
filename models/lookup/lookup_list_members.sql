with product_lists as (
    select * from {{ ref('lookup_product_lists') }}
),

product_audiences as (
    select
        product_id,
        audience_rank,
        customer_id,
        score,
        probability
    from {{ ref('product_audiences') }}
    union all
    select
        product_id,
        audience_rank,
        customer_id,
        score,
        probability
    from {{ ref('new_product_audiences') }}
),

-- All products of a list have the same audience: the first one stands for them.
first_products as (
    select
        list_id,
        min(product_id) as product_id
    from product_lists
    group by list_id
),

final as (
    select
        cast(product_audiences.customer_id as {{ id_type() }}) as customer_id,
        cast(product_audiences.audience_rank as bigint) as audience_rank,
        cast(first_products.list_id as bigint) as list_id,
        cast(product_audiences.score as double) as score,
        cast(round(product_audiences.probability, 6) as double) as probability
    from first_products
    inner join product_audiences
        on first_products.product_id = product_audiences.product_id
)

select * from final
