{% set columns = ['customer_id', 'audience_rank', 'score', 'round(probability, 6)'] %}
with products as (
    select product_id from {{ ref('products') }}
),

served_rankings as (
    select ranking
    from {{ ref('int_served_rankings') }}
    where audience = 'known products'
),

product_audiences as (
    select
        product_id,
        audience_rank,
        customer_id,
        ranking,
        score,
        probability
    from {{ ref('product_audiences') }}
    union all
    select
        product_id,
        audience_rank,
        customer_id,
        ranking,
        score,
        probability
    from {{ ref('new_product_audiences') }}
),

-- Two 64-bit hashes and the size identify a list. A hash of each row is enough: a list
-- is a set of customers, ranks, scores and probabilities.
audience_hashes as (
    select
        product_id,
        max(ranking) as ranking,
        count(*) as customer_count,
        sum({{ row_hash(columns) }}) as hash_sum,
        bit_xor({{ row_hash(columns | reverse) }}) as hash_xor
    from product_audiences
    group by product_id
),

-- Products with an empty audience share the empty list.
empty_products as (
    select products.product_id
    from products
    left join audience_hashes on products.product_id = audience_hashes.product_id
    where audience_hashes.product_id is null
),

product_hashes as (
    select * from audience_hashes
    union all
    select
        empty_products.product_id,
        served_rankings.ranking,
        0 as customer_count,
        0 as hash_sum,
        0 as hash_xor
    from empty_products
    cross join served_rankings
),

distinct_lists as (
    select
        ranking,
        customer_count,
        hash_sum,
        hash_xor,
        row_number() over (order by min(product_id)) as list_id
    from product_hashes
    group by
        ranking,
        customer_count,
        hash_sum,
        hash_xor
),

final as (
    select
        cast(product_hashes.product_id as {{ id_type() }}) as product_id,
        cast(distinct_lists.list_id as bigint) as list_id,
        cast(product_hashes.ranking as {{ dbt.type_string() }}) as ranking
    from product_hashes
    inner join distinct_lists
        on
            product_hashes.ranking = distinct_lists.ranking
            and product_hashes.customer_count = distinct_lists.customer_count
            and product_hashes.hash_sum = distinct_lists.hash_sum
            and product_hashes.hash_xor = distinct_lists.hash_xor
)

select * from final
