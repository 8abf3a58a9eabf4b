-- The log in figures.
select * from main.dataset_profile
