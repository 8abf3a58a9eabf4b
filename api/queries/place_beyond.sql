-- Where a customer comes who is not in the list of a product: how long the list is, how many
-- customers with better ranks are in it or excluded, and whether this customer is excluded.
with listed as (
    select customer_id from main.product_audiences
    where product_id = $product_id
    union all
    select customer_id from main.new_product_audiences
    where product_id = $product_id
),

excluded as (
    select
        customer_id,
        customer_rank
    from main.product_exclusions
    where product_id = $product_id
)

select
    (select count(*) from listed) as list_size,
    (
        select count(*) from lookup.ranking
        where
            customer_rank < $customer_rank
            and customer_id in (select customer_id from listed)
    ) as listed_above,
    (select count(*) from excluded where customer_rank < $customer_rank) as excluded_above,
    exists (select 1 from excluded where customer_rank = $customer_rank) as is_excluded
