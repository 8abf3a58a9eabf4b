-- In a release made before rankings could be chosen.
select
    product_id,
    engagement_rank as customer_rank
from main.product_exclusions
where
    product_id in (select unnest(from_json_strict($product_ids, $type)))
    and engagement_rank <= $ranks
