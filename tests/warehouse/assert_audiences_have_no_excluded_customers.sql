-- No customer is in the audience of a product that excludes them.
select
    product_audiences.product_id,
    product_audiences.customer_id
from {{ ref('product_audiences') }} as product_audiences
inner join {{ ref('int_customer_products') }} as customer_products
    on
        product_audiences.product_id = customer_products.product_id
        and product_audiences.customer_id = customer_products.customer_id
where {{ excludes('customer_products') }}
