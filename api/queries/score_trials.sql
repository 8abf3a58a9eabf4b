-- Other scores compared with the score in use, at the split.
select columns(name -> name not in ('origin', 'measured_until'))
from main.score_trials
where origin = (select max(score_trials.origin) from main.score_trials)
order by outcome, difference desc, ranking
