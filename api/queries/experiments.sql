-- What to do in every experiment of the release.
select * from main.experiment_verdicts order by experiment_id
