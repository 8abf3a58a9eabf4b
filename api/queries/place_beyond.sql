-- Where a customer comes who is not in the list of a product: how long the list is, how many
-- customers with better ranks are in it or left out, and whether the product excludes this
-- customer.
with listed as (
    select customer_id from main.product_audiences
    where
        product_id = $product_id
        and customer_id not in (select customer_id from noted.opted_out)
    union all
    select customer_id from main.new_product_audiences
    where
        product_id = $product_id
        and customer_id not in (select customer_id from noted.opted_out)
),

excluded as (
    select customer_rank
    from main.product_exclusions
    where product_id = $product_id
    union
    select customer_rank
    from lookup.ranking
    where customer_id in (select customer_id from noted.opted_out)
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
