{#
    Pairs that no list has because of feedback: the product of the event, and with
    mute_category all others of its category.
#}
with feedback as (
    select * from {{ ref('int_feedback') }}
    where effect in ('exclude_product', 'mute_category')
),

categories as (
    select
        product_id,
        attribute
    from {{ ref('int_product_attributes') }}
    where attribute like 'category: %'
),

customer_products as (
    select * from {{ ref('int_customer_products') }}
),

muted_categories as (
    select distinct
        feedback.customer_id,
        categories.attribute
    from feedback
    inner join categories on feedback.product_id = categories.product_id
    where feedback.effect = 'mute_category'
),

pairs as (
    select
        customer_id,
        product_id
    from feedback
    union
    select
        muted_categories.customer_id,
        categories.product_id
    from muted_categories
    inner join categories on muted_categories.attribute = categories.attribute
),

final as (
    select
        pairs.customer_id,
        pairs.product_id,
        -- By the setting `exclude`.
        coalesce({{ excludes('customer_products') }}, false)
        and customer_products.customer_id is not null as is_excluded_anyway
    from pairs
    left join customer_products
        on
            pairs.customer_id = customer_products.customer_id
            and pairs.product_id = customer_products.product_id
)

select * from final
