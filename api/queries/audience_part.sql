-- The customers that a product does not exclude, from one rank to another.
select
    ranking.customer_id,
    ranking.engagement_score as score
from lookup.ranking
where
    ranking.engagement_rank between $first_rank and $last_rank
    and ranking.engagement_rank not in (
        select product_exclusions.engagement_rank
        from main.product_exclusions
        where
            product_exclusions.product_id = $product_id
            and product_exclusions.engagement_rank between $first_rank and $last_rank
    )
order by ranking.engagement_rank
