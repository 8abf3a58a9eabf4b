-- The arms of an experiment held against each other; nothing before its end.
select experiment_results.* exclude (experiment_id)
from main.experiment_results
inner join main.experiment_verdicts
    on experiment_results.experiment_id = experiment_verdicts.experiment_id
where
    experiment_results.experiment_id = $experiment_id
    and experiment_verdicts.verdict not in ('planned', 'running')
order by experiment_results.comparison, experiment_results.metric
