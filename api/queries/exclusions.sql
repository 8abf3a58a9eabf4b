-- The excluded ranks of some products, among the first ranks. The ids are a JSON array in one
-- text, with its type in another.
select
    product_id,
    customer_rank
from main.product_exclusions
where
    product_id in (select unnest(from_json_strict($product_ids, $type)))
    and customer_rank <= $ranks
