-- The share of the customers who come back after a number of days.
select * from main.customer_retention order by retention_days
