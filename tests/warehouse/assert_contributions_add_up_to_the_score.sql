-- The contributions of the features add up to the score.
select
    customer_id,
    engagement_score
from {{ ref('customers') }}
where
    abs(
        {{ for_each_feature('{feature}_contribution', separator=' + ') }}
        - engagement_score
    ) >= 0.000000001
