-- What to do in an experiment, and what it rests on.
select * from main.experiment_verdicts where experiment_id = $experiment_id
