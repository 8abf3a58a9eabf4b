-- Which of the first ranks some products exclude. The ids are one text, a JSON array, and
-- its type another.
select
    product_id,
    engagement_rank
from main.product_exclusions
where
    product_id in (select unnest(from_json_strict($product_ids, $type)))
    and engagement_rank <= $ranks
