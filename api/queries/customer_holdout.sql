-- The last day on which a customer is held out now; no row if the customer is not.
select valid_until
from main.global_holdout
where customer_id = $customer_id and is_current
