-- Collaborative filtering compared with every other recommender.
select *
from main.recommender_comparisons
order by population, k, metric, compared_with
