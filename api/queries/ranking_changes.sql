-- The customers in the top ranks, now or in the previous release.
select
    customer_id,
    change,
    customer_rank as rank,
    earlier_rank
from lookup.ranking_changes
where customer_id not in (select customer_id from noted.opted_out)
order by customer_rank
