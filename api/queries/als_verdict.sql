-- What the fitted collaborative filter is worth; nothing where none was fitted.
select * from main.als_verdict
