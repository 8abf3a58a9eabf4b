-- The comparisons of an experiment; no rows before its end.
select * exclude (experiment_id)
from main.experiment_results
where experiment_id = $experiment_id
order by comparison, not is_primary, metric
