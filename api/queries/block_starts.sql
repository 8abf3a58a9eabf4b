-- The first product of each block of consecutive products.
select product_id
from lookup.product_lists
where rowid % $block_size = 0
order by product_id
