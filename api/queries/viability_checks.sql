-- The requirements of collaborative filtering.
select * from main.viability_checks order by requirement
