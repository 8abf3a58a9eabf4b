-- What the audiences of each ranking hit at each cutoff, the last cutoff first.
select columns(name -> name <> 'measured_until')
from main.ranking_evidence
order by decision, origin desc, hit_share desc, ranking
