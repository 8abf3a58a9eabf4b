with product_lists as (
    select * from {{ ref('lookup_product_lists') }}
),

list_members as (
    select * from {{ ref('lookup_list_members') }}
),

customers as (
    select
        customer_id,
        engagement_score
    from {{ ref('customers') }}
),

product_counts as (
    select
        list_id,
        count(*) as product_count
    from product_lists
    group by list_id
),

member_texts as (
    select
        list_members.list_id,
        list_members.audience_rank,
        {{ json_object({
            'customer_id': 'list_members.customer_id',
            'score': 'customers.engagement_score',
            'rank': 'list_members.audience_rank',
        }) }} as customer
    from list_members
    inner join customers on list_members.customer_id = customers.customer_id
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
        cast(coalesce(list_texts.customers, '') as {{ dbt.type_string() }}) as customers
    from product_counts
    left join list_texts on product_counts.list_id = list_texts.list_id
)

select * from final
