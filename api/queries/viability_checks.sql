-- What collaborative filtering needs, requirement by requirement.
select * from main.viability_checks order by requirement
