-- Of a release of format 1, whose only ranking is engagement.
select
    ranking.customer_id,
    case when $has_scores then ranking.engagement_score end as score
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
    and ranking.customer_id not in (
        select unnest(from_json_strict($listed, $type))
    )
    and ranking.customer_id not in (select customer_id from noted.opted_out)
order by ranking.engagement_rank
