-- Whether the probabilities hold at the last cutoff.
select columns(name -> name <> 'measured_until')
from main.ranking_calibration
order by audience, outcome, bin
