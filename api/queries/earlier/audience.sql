-- Of a release of format 1, whose only ranking is engagement.
with excluded as (
    select engagement_rank
    from main.product_exclusions
    where product_id = $product_id
),

listed as (
    select unnest(from_json_strict($listed, $type)) as customer_id
)

select
    ranking.customer_id,
    ranking.engagement_score as customer_score
from lookup.ranking
where
    ranking.engagement_rank
    <= $n
    + (select count(*) from excluded)
    + (select count(*) from listed)
    + (select count(*) from noted.opted_out)
    and ranking.engagement_rank not in (select engagement_rank from excluded)
    and ranking.customer_id not in (select customer_id from listed)
    and ranking.customer_id not in (select customer_id from noted.opted_out)
order by ranking.engagement_rank
limit $n
