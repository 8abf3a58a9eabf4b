-- The verdicts of all experiments of the release.
select * from main.experiment_verdicts order by experiment_id
