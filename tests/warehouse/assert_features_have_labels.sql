-- Every feature of the score has a label in seeds/ranking_labels.csv.
select distinct feature
from {{ ref('feature_weights') }}
where feature not in (select ranking from {{ ref('ranking_labels') }})
