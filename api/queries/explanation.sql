-- The place of a customer in the list of a product, and what speaks for the customer.
with places as (
    select * from main.product_audiences
    where product_id = $product_id and customer_id = $customer_id
    union all
    select * from main.new_product_audiences
    where product_id = $product_id and customer_id = $customer_id
)

select * exclude (product_id, customer_id, engagement_score)
from places
