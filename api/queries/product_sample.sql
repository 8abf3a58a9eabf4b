-- A sample of n products from all over the catalogue, always the same for one release.
select product_id
from main.products
order by hash(product_id), product_id
limit $n
