-- How many products of a campaign lack customers, by reason.
select
    reason,
    count(*)::bigint as product_count,
    sum(missing_count)::bigint as missing_count
from main.campaign_shortfalls
where campaign_id = $campaign_id
group by reason
order by reason
