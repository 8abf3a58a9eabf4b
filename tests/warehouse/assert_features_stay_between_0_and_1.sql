-- Every normalized feature, and what it adds to the score, lies between 0 and 1.
select
    customer_id,
    engagement_score
from {{ ref('customers') }}
where
    {{ for_each_feature(
        '{feature}_normalized not between 0 and 1'
        ~ '\n    or {feature}_contribution not between 0 and 1',
        separator='\n    or '
    ) }}
