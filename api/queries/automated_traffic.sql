-- Customers whose rate no person reaches, and whether they are set aside.
select * from main.automated_traffic
