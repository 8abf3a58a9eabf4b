-- Whether customers come back after so many days.
select * from main.customer_retention order by retention_days
