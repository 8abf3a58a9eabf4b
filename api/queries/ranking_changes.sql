-- The customers in the top ranks, now or in the previous release.
select
    customer_id,
    change,
    engagement_rank,
    earlier_rank
from lookup.ranking_changes
order by engagement_rank
