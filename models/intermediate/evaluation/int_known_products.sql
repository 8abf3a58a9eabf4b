with pairs as (
    select * from {{ ref('int_customer_product_sides') }}
),

counted as (
    select
        product_id,
        count(case when early_count > 0 then 1 end) as early_customer_count
    from pairs
    group by product_id
    having sum(early_count) > 0 and sum(late_count) > 0
)

select * from counted
