-- How well each recommender picks customers, over all products.
select columns(name -> name not in ('slice_by', 'slice', 'measured_until'))
from main.offline_metrics
where slice_by = 'nothing'
order by population, k, metric, recommender
