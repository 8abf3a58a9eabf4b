-- How well each recommender picks customers, over all products.
select * exclude (slice_by, slice)
from main.offline_metrics
where slice_by = 'nothing'
order by population, k, metric, recommender
