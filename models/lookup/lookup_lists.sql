with product_lists as (
    select * from {{ ref('lookup_product_lists') }}
),

list_members as (
    select * from {{ ref('lookup_list_members') }}
),

product_counts as (
    select
        list_id,
        max(ranking) as ranking,
        count(*) as product_count
    from product_lists
    group by list_id
),

member_texts as (
    select
        list_id,
        audience_rank,
        {{ json_object({
            'customer_id': 'customer_id',
            'score': 'score',
            'probability': 'probability',
            'rank': 'audience_rank',
        }) }} as customer
    from list_members
),

list_texts as (
    select
        list_id,
        {{ joined_texts('customer', '\n', 'audience_rank') }} as customers
    from member_texts
    group by list_id
),

final as (
    select
        cast(product_counts.list_id as bigint) as list_id,
        cast(product_counts.product_count as bigint) as product_count,
        cast(product_counts.ranking as {{ dbt.type_string() }}) as ranking,
        cast(coalesce(list_texts.customers, '') as {{ dbt.type_string() }}) as customers
    from product_counts
    left join list_texts on product_counts.list_id = list_texts.list_id
)

select * from final
