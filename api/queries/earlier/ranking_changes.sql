-- In a release made before rankings could be chosen.
select
    customer_id,
    change,
    engagement_rank as rank,
    earlier_rank
from lookup.ranking_changes
where customer_id not in (select customer_id from noted.opted_out)
order by engagement_rank
