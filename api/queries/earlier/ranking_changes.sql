-- In a release made before rankings could be chosen.
select
    customer_id,
    change,
    engagement_rank as rank,
    earlier_rank
from lookup.ranking_changes
order by engagement_rank
