-- Which products have another audience than most: some of the customers at the top of
-- the ranking touched them already.
with cold_start_audience as (
    select * from {{ ref('cold_start_audience') }}
),

customer_products as (
    select * from {{ ref('int_customer_products') }}
),

products as (
    select * from {{ ref('products') }}
),

touched_by_the_top as (
    select
        customer_products.product_id,
        count(*) as top_customers_left_out
    from customer_products
    inner join cold_start_audience
        on customer_products.customer_id = cold_start_audience.customer_id
    group by customer_products.product_id
)

select
    products.product_id,
    products.product_name,
    products.customer_count,
    touched_by_the_top.top_customers_left_out
from touched_by_the_top
inner join products on touched_by_the_top.product_id = products.product_id
order by
    touched_by_the_top.top_customers_left_out desc,
    products.customer_count desc,
    products.product_id asc
