-- An audience has fewer than N customers only if fewer are left after exclusions.
with audience_sizes as (
    select
        product_id,
        count(*) as audience_size
    from {{ ref('product_audiences') }}
    group by product_id
),

customers as (
    select customers.customer_id
    from {{ ref('customers') }} as customers
    left join {{ ref('global_holdout') }} as global_holdout
        on
            customers.customer_id = global_holdout.customer_id
            and global_holdout.is_current
    where global_holdout.customer_id is null
),

exclusions as (
    select
        customer_products.product_id,
        sum(
            case
                when customers.customer_id is null then 0
                when {{ excludes('customer_products') }} then 1
                when feedback_pairs.customer_id is not null then 1
                else 0
            end
        ) as excluded_count
    from (
        select
            product_id,
            customer_id,
            purchased_count
        from {{ ref('int_customer_products') }}
        union all
        -- Of muted categories: pairs without an interaction, in the log's products.
        select
            untouched.product_id,
            untouched.customer_id,
            0 as purchased_count
        from {{ ref('int_feedback_pairs') }} as untouched
        inner join {{ ref('products') }} as products
            on untouched.product_id = products.product_id
        left join {{ ref('int_customer_products') }} as touched
            on
                untouched.product_id = touched.product_id
                and untouched.customer_id = touched.customer_id
        where touched.customer_id is null
    ) as customer_products
    left join {{ ref('int_feedback_pairs') }} as feedback_pairs
        on
            customer_products.product_id = feedback_pairs.product_id
            and customer_products.customer_id = feedback_pairs.customer_id
    left join customers
        on customer_products.customer_id = customers.customer_id
    group by customer_products.product_id
),

population as (
    select count(*) as customer_count
    from customers
)

select
    exclusions.product_id,
    coalesce(audience_sizes.audience_size, 0) as audience_size
from exclusions
cross join population
left join audience_sizes on exclusions.product_id = audience_sizes.product_id
where
    coalesce(audience_sizes.audience_size, 0)
    <> least({{ var('top_n') }}, population.customer_count - exclusions.excluded_count)
