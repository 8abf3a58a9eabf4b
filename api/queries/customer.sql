-- A customer: features, their contributions, score and rank.
select *
from main.customers
where customer_id = $customer_id
