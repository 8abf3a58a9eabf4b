-- How each candidate compares with the ranking that it would replace.
select columns(name -> name <> 'measured_until')
from main.ranking_decisions
order by decision, difference desc, ranking
