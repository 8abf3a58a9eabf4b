-- An audience takes the ranking in its order and leaves out only whom the product
-- excludes: each of its customers stands in the ranking as many places below their
-- audience rank as the product excludes customers above them.
with members as (
    select
        product_audiences.product_id,
        product_audiences.audience_rank,
        customers.engagement_rank
    from {{ ref('product_audiences') }} as product_audiences
    inner join {{ ref('customers') }} as customers
        on product_audiences.customer_id = customers.customer_id
),

excluded as (
    select
        customer_products.product_id,
        customers.engagement_rank
    from {{ ref('int_customer_products') }} as customer_products
    inner join {{ ref('customers') }} as customers
        on customer_products.customer_id = customers.customer_id
    where {{ excludes('customer_products') }}
),

deepest as (
    select
        product_id,
        max(engagement_rank) as engagement_rank
    from members
    group by product_id
),

-- Only exclusions above somebody in the audience matter; they are few.
relevant as (
    select
        excluded.product_id,
        excluded.engagement_rank
    from excluded
    inner join deepest on excluded.product_id = deepest.product_id
    where excluded.engagement_rank < deepest.engagement_rank
),

checked as (
    select
        members.product_id,
        members.audience_rank,
        members.engagement_rank,
        count(relevant.engagement_rank) as excluded_above
    from members
    left join relevant
        on
            members.product_id = relevant.product_id
            and members.engagement_rank > relevant.engagement_rank
    group by members.product_id, members.audience_rank, members.engagement_rank
)

select *
from checked
where engagement_rank <> audience_rank + excluded_above
