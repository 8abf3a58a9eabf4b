with products as (
    select product_id from {{ ref('products') }}
),

product_audiences as (
    select * from {{ ref('product_audiences') }}
),

-- Two 64-bit hashes and the size identify a list. A hash of each row is enough: a list
-- is a set of customers and ranks.
audience_hashes as (
    select
        product_id,
        count(*) as customer_count,
        sum({{ row_hash(['customer_id', 'audience_rank']) }}) as hash_sum,
        bit_xor({{ row_hash(['audience_rank', 'customer_id']) }}) as hash_xor
    from product_audiences
    group by product_id
),

-- Products with an empty audience share the empty list.
product_hashes as (
    select
        products.product_id,
        coalesce(audience_hashes.customer_count, 0) as customer_count,
        coalesce(audience_hashes.hash_sum, 0) as hash_sum,
        coalesce(audience_hashes.hash_xor, 0) as hash_xor
    from products
    left join audience_hashes on products.product_id = audience_hashes.product_id
),

distinct_lists as (
    select
        customer_count,
        hash_sum,
        hash_xor,
        row_number() over (order by min(product_id)) as list_id
    from product_hashes
    group by
        customer_count,
        hash_sum,
        hash_xor
),

final as (
    select
        cast(product_hashes.product_id as {{ id_type() }}) as product_id,
        cast(distinct_lists.list_id as bigint) as list_id
    from product_hashes
    inner join distinct_lists
        on
            product_hashes.customer_count = distinct_lists.customer_count
            and product_hashes.hash_sum = distinct_lists.hash_sum
            and product_hashes.hash_xor = distinct_lists.hash_xor
)

select * from final
