-- What each feature does to the scores of all customers.
select
    feature,
    weight,
    variance_share,
    top_tenth_share
from main.score_composition
