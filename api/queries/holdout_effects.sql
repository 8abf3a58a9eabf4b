-- What all lists together added against the global holdout.
select * from main.holdout_effects order by period_from, until_on, span
