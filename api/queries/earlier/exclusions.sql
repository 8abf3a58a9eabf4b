-- Of a release of format 1, whose only ranking is engagement.
select
    product_id,
    engagement_rank as customer_rank
from main.product_exclusions
where
    product_id in (select unnest(from_json_strict($product_ids, $type)))
    and engagement_rank <= $ranks
