-- Of a release of format 1, whose only ranking is engagement.
select
    customer_id,
    change,
    engagement_rank as rank,
    earlier_rank
from lookup.ranking_changes
where customer_id not in (select customer_id from noted.opted_out)
order by engagement_rank
