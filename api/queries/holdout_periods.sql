-- The periods of the global holdout.
select * from main.holdout_periods order by period_from
