-- The verdict of an experiment, and the figures behind it.
select * from main.experiment_verdicts where experiment_id = $experiment_id
