-- Every feature of the score has a label in seeds/ranking_labels.csv.
select distinct feature_weights.feature
from {{ ref('feature_weights') }} as feature_weights
left join {{ ref('ranking_labels') }} as ranking_labels
    on feature_weights.feature = ranking_labels.ranking
where ranking_labels.ranking is null
