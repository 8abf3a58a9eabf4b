-- Whether collaborative filtering can work.
select * from main.viability_verdict
