-- The excluded places of some products, among the first places of a ranking. The ids are a JSON
-- array in one text, with its type in another.
select
    product_exclusions.product_id,
    orders.place
from main.product_exclusions
inner join lookup.orders on product_exclusions.customer_id = orders.customer_id
where
    product_exclusions.product_id in (
        select unnest(from_json_strict($product_ids, $type))
    )
    and orders.ranking = $ranking
    and orders.place <= $ranks
