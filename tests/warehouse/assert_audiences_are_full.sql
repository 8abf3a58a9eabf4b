-- An audience has fewer than N customers only if fewer are left after exclusions.
with audience_sizes as (
    select
        product_id,
        count(*) as audience_size
    from {{ ref('product_audiences') }}
    group by product_id
),

exclusions as (
    select
        customer_products.product_id,
        sum(
            case
                when customers.customer_id is null then 0
                when {{ excludes('customer_products') }} then 1
                else 0
            end
        ) as excluded_count
    from {{ ref('int_customer_products') }} as customer_products
    left join {{ ref('customers') }} as customers
        on customer_products.customer_id = customers.customer_id
    group by customer_products.product_id
),

population as (
    select count(*) as customer_count
    from {{ ref('customers') }}
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
