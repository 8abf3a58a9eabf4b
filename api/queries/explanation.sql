-- The place of a customer in the list of a product, and what speaks for the customer. Places
-- close up where other customers have opted out. One of the tables has names of products.
with listed as (
    select * from main.product_audiences
    where product_id = $product_id
    union all by name
    select * from main.new_product_audiences
    where product_id = $product_id
),

places as (
    select * replace (row_number() over (order by audience_rank) as audience_rank)
    from listed
    where customer_id not in (select customer_id from noted.opted_out)
)

select * exclude (product_id, customer_id, engagement_score)
from places
where customer_id = $customer_id
