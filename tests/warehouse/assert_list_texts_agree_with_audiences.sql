-- The text and the ranking of a list are those of its first product, a JSON object per
-- line; its number of products is that of the products that have it.
with product_audiences as (
    select
        product_id,
        audience_rank,
        customer_id,
        ranking,
        score,
        round(probability, 6) as probability
    from {{ ref('product_audiences') }}
    union all
    select
        product_id,
        audience_rank,
        customer_id,
        ranking,
        score,
        round(probability, 6) as probability
    from {{ ref('new_product_audiences') }}
),

first_products as (
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
        product_audiences.ranking,
        {{ json_object({
            'customer_id': 'product_audiences.customer_id',
            'score': 'product_audiences.score',
            'probability': 'product_audiences.probability',
            'rank': 'product_audiences.audience_rank',
        }) }} as customer
    from first_products
    inner join product_audiences
        on first_products.product_id = product_audiences.product_id
),

audience_texts as (
    select
        list_id,
        min(ranking) as first_ranking,
        max(ranking) as last_ranking,
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
    or lists.ranking <> coalesce(audience_texts.first_ranking, lists.ranking)
    or lists.ranking <> coalesce(audience_texts.last_ranking, lists.ranking)
