-- The customers that a product does not exclude and that its list does not have, from one rank
-- to another. Their scores are comparable with those of the list if it has the same ranking.
select
    ranking.customer_id,
    case when $has_scores then ranking.customer_score end as score
from lookup.ranking
where
    ranking.customer_rank between $first_rank and $last_rank
    and ranking.customer_rank not in (
        select product_exclusions.customer_rank
        from main.product_exclusions
        where
            product_exclusions.product_id = $product_id
            and product_exclusions.customer_rank between $first_rank and $last_rank
    )
    and ranking.customer_id not in (
        select unnest(from_json_strict($listed, $type))
    )
    and ranking.customer_id not in (select customer_id from noted.opted_out)
order by ranking.customer_rank
