-- An audience follows the order of the ranking and skips only excluded customers: the
-- engagement rank of each customer is their audience rank plus the number of customers
-- above them that the product excludes.
with deepest as (
    select max(customers.engagement_rank) as engagement_rank
    from {{ ref('product_audiences') }} as product_audiences
    inner join {{ ref('customers') }} as customers
        on product_audiences.customer_id = customers.customer_id
),

-- Only excluded customers above a member of an audience matter; they are few.
relevant as (
    select
        customer_products.product_id,
        customers.engagement_rank
    from {{ ref('int_customer_products') }} as customer_products
    inner join {{ ref('customers') }} as customers
        on customer_products.customer_id = customers.customer_id
    inner join deepest on customers.engagement_rank < deepest.engagement_rank
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
        customers.engagement_rank,
        count(
            case when relevant.engagement_rank < customers.engagement_rank then 1 end
        ) as excluded_above
    from {{ ref('product_audiences') }} as product_audiences
    inner join relevant on product_audiences.product_id = relevant.product_id
    inner join {{ ref('customers') }} as customers
        on product_audiences.customer_id = customers.customer_id
    group by
        product_audiences.product_id,
        product_audiences.audience_rank,
        customers.engagement_rank
),

-- Reads the tables again: an engine would hold in memory what a query names twice.
unmoved as (
    select
        product_audiences.product_id,
        product_audiences.audience_rank,
        customers.engagement_rank,
        0 as excluded_above
    from {{ ref('product_audiences') }} as product_audiences
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
where engagement_rank <> audience_rank + excluded_above
