-- Products whose audience differs from that of a new product, because customers at the
-- top of the ranking already touched them.
with cold_start_audience as (
    select * from {{ ref('cold_start_audience') }}
),

product_audiences as (
    select * from {{ ref('product_audiences') }}
),

products as (
    select * from {{ ref('products') }}
),

audience_size as (
    select count(*) as customer_count
    from cold_start_audience
),

shared_with_the_top as (
    select
        product_audiences.product_id,
        count(cold_start_audience.customer_id) as top_customer_count
    from product_audiences
    left join cold_start_audience
        on product_audiences.customer_id = cold_start_audience.customer_id
    group by product_audiences.product_id
)

select
    products.product_id,
    products.product_name,
    products.customer_count,
    audience_size.customer_count - shared_with_the_top.top_customer_count
        as top_customers_left_out
from shared_with_the_top
inner join products on shared_with_the_top.product_id = products.product_id
cross join audience_size
where shared_with_the_top.top_customer_count < audience_size.customer_count
order by
    top_customers_left_out desc,
    products.customer_count desc,
    products.product_id asc
