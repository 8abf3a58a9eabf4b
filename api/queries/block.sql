-- The list of each product, from one product up to another; null means no bound.
select
    product_id,
    list_id
from lookup.product_lists
where
    product_id >= $first_product_id
    and ($next_product_id is null or product_id < $next_product_id)
order by product_id
