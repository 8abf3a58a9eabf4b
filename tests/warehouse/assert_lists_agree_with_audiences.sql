-- The list of a product holds the customers of its audience at the same ranks, with the
-- same scores and probabilities, and no other; every product has a list.
with product_audiences as (
    select
        product_id,
        audience_rank,
        customer_id,
        score,
        round(probability, 6) as probability
    from {{ ref('product_audiences') }}
    union all
    select
        product_id,
        audience_rank,
        customer_id,
        score,
        round(probability, 6) as probability
    from {{ ref('new_product_audiences') }}
),

products as (
    select
        products.product_id,
        product_lists.list_id
    from (
        select product_id from {{ ref('products') }}
        union
        select product_id from {{ ref('new_product_audiences') }}
    ) as products
    left join {{ ref('lookup_product_lists') }} as product_lists
        on products.product_id = product_lists.product_id
),

list_members as (
    select * from {{ ref('lookup_list_members') }}
),

list_sizes as (
    select
        list_id,
        count(*) as member_count
    from list_members
    group by list_id
),

audience_sizes as (
    select
        product_audiences.product_id,
        count(*) as customer_count,
        count(list_members.customer_id) as listed_count
    from product_audiences
    inner join products on product_audiences.product_id = products.product_id
    left join list_members
        on
            products.list_id = list_members.list_id
            and product_audiences.audience_rank = list_members.audience_rank
            and product_audiences.customer_id = list_members.customer_id
            and product_audiences.score is not distinct from list_members.score
            and product_audiences.probability
            is not distinct from list_members.probability
    group by product_audiences.product_id
)

select
    products.product_id,
    products.list_id,
    coalesce(audience_sizes.customer_count, 0) as customer_count,
    coalesce(audience_sizes.listed_count, 0) as listed_count,
    coalesce(list_sizes.member_count, 0) as member_count
from products
left join audience_sizes on products.product_id = audience_sizes.product_id
left join list_sizes on products.list_id = list_sizes.list_id
where
    products.list_id is null
    or coalesce(audience_sizes.listed_count, 0)
    <> coalesce(audience_sizes.customer_count, 0)
    or coalesce(list_sizes.member_count, 0)
    <> coalesce(audience_sizes.customer_count, 0)
