-- How well the fitted collaborative filter does; no row if none was fitted.
select * from main.als_verdict
