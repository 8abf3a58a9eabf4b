-- As explanation.sql, for a customer with a signal who comes after the list of a product: the
-- rank counts from the end of the list.
with places as (
    select * replace (row_number() over (order by audience_rank) as audience_rank)
    from lookup.later_places
    where
        product_id = $product_id
        and customer_id not in (select customer_id from noted.opted_out)
)

select * exclude (product_id, customer_id)
from places
where customer_id = $customer_id
