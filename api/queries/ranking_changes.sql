-- Who is among the first of the ranking, and who was in the release before.
select
    customer_id,
    change,
    engagement_rank,
    earlier_rank
from lookup.ranking_changes
order by engagement_rank
