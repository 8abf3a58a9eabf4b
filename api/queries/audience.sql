-- The first n customers that a product does not exclude. If it excludes k customers, they
-- are among the first n + k of the ranking.
with excluded as (
    select engagement_rank
    from main.product_exclusions
    where product_id = $product_id
)

select
    ranking.customer_id,
    ranking.engagement_score
from lookup.ranking
where
    ranking.engagement_rank <= $n + (select count(*) from excluded)
    and ranking.engagement_rank not in (select engagement_rank from excluded)
order by ranking.engagement_rank
limit $n
