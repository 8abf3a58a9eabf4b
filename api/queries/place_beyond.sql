-- Where a customer comes after the customers of a list, in the order of the ranking of customers:
-- how many customers with better ranks are among them or left out, and whether the product
-- excludes this customer. Their ids are a JSON array in one text, with its type in another.
with listed as (
    select unnest(from_json_strict($listed, $type)) as customer_id
),

excluded as (
    select customer_rank
    from main.product_exclusions
    where product_id = $product_id
    union
    select customer_rank
    from lookup.ranking
    where customer_id in (select customer_id from noted.opted_out)
),

placed as (
    select
        customer_rank,
        customer_score
    from main.customers
    where customer_id = $customer_id
)

select
    placed.customer_score as score,
    placed.customer_rank - (
        select count(*) from lookup.ranking
        where
            customer_rank < placed.customer_rank
            and customer_id in (select customer_id from listed)
    ) - (
        select count(*) from excluded
        where customer_rank < placed.customer_rank
    ) as place,
    exists (
        select 1 from excluded
        where customer_rank = placed.customer_rank
    ) as is_excluded
from placed
