-- Collaborative filtering compared with every other recommender.
select columns(name -> name <> 'measured_until' and name not like 'corrected%')
from main.recommender_comparisons
order by population, k, metric, compared_with
