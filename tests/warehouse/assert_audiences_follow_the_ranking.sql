-- An audience by the ranking of customers follows their order and skips only excluded
-- customers: the customer rank of each is their audience rank plus the number of
-- customers above them that the product excludes. Rankings of products have an order of
-- their own.
with product_audiences as (
    select
        product_audiences.product_id,
        product_audiences.audience_rank,
        product_audiences.customer_id
    from {{ ref('product_audiences') }} as product_audiences
    inner join {{ ref('int_served_rankings') }} as served
        on
            product_audiences.ranking = served.ranking
            and served.audience = 'customers'
),

deepest as (
    select max(customers.customer_rank) as customer_rank
    from product_audiences
    inner join {{ ref('customers') }} as customers
        on product_audiences.customer_id = customers.customer_id
),

-- Only excluded customers above a member of an audience matter; they are few.
relevant as (
    select
        customer_products.product_id,
        customers.customer_rank
    from {{ ref('int_customer_products') }} as customer_products
    inner join {{ ref('customers') }} as customers
        on customer_products.customer_id = customers.customer_id
    inner join deepest on customers.customer_rank < deepest.customer_rank
    where {{ excludes('customer_products') }}
),

relevant_products as (
    select distinct product_id
    from relevant
),

moved as (
    select
        product_audiences.product_id,
        product_audiences.audience_rank,
        customers.customer_rank,
        count(
            case when relevant.customer_rank < customers.customer_rank then 1 end
        ) as excluded_above
    from product_audiences
    inner join relevant on product_audiences.product_id = relevant.product_id
    inner join {{ ref('customers') }} as customers
        on product_audiences.customer_id = customers.customer_id
    group by
        product_audiences.product_id,
        product_audiences.audience_rank,
        customers.customer_rank
),

-- Reads the tables again: an engine would hold in memory what a query names twice.
unmoved as (
    select
        product_audiences.product_id,
        product_audiences.audience_rank,
        customers.customer_rank,
        0 as excluded_above
    from product_audiences
    left join relevant_products
        on product_audiences.product_id = relevant_products.product_id
    inner join {{ ref('customers') }} as customers
        on product_audiences.customer_id = customers.customer_id
    where relevant_products.product_id is null
),

checked as (
    select * from moved
    union all
    select * from unmoved
)

select *
from checked
where customer_rank <> audience_rank + excluded_above
