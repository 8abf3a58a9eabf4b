-- In whose audiences a customer is, best place first, and in how many.
select
    product_id,
    audience_rank,
    count(*) over () as product_count
from main.product_audiences
where customer_id = $customer_id
order by audience_rank, product_id
limit $n
