-- The text of a list is the audience of its first product, a JSON object per line; its
-- number of products is that of the products that have it.
with first_products as (
    select
        list_id,
        min(product_id) as product_id,
        count(*) as product_count
    from {{ ref('lookup_product_lists') }}
    group by list_id
),

customer_texts as (
    select
        first_products.list_id,
        product_audiences.audience_rank,
        {{ json_object({
            'customer_id': 'product_audiences.customer_id',
            'score': 'product_audiences.engagement_score',
            'rank': 'product_audiences.audience_rank',
        }) }} as customer
    from first_products
    inner join {{ ref('product_audiences') }} as product_audiences
        on first_products.product_id = product_audiences.product_id
),

audience_texts as (
    select
        list_id,
        {{ joined_texts('customer', '\n', 'audience_rank') }} as customers
    from customer_texts
    group by list_id
)

select lists.list_id
from {{ ref('lookup_lists') }} as lists
left join first_products on lists.list_id = first_products.list_id
left join audience_texts on lists.list_id = audience_texts.list_id
where
    first_products.product_id is null
    or lists.product_count <> first_products.product_count
    or lists.customers <> coalesce(audience_texts.customers, '')
