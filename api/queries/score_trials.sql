-- Other scores compared with the score in use, at the split.
select * exclude (origin)
from main.score_trials
where origin = (select max(score_trials.origin) from main.score_trials)
order by outcome, difference desc, ranking
