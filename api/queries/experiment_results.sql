-- The arms of an experiment held against each other; nothing before its end.
select * exclude (experiment_id)
from main.experiment_results
where experiment_id = $experiment_id
order by comparison, not is_primary, metric
