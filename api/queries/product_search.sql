-- Products that match a text, ignoring case: first the exact id, then names that start with
-- the text, then ids that start with it, then names that contain it; ties by number of
-- interactions. An empty text matches every product.
with found as (
    select
        *,
        case
            when $text = '' or cast(product_id as text) = $text then 1
            when starts_with(lower(product_name), lower($text)) then 2
            when starts_with(lower(cast(product_id as text)), lower($text)) then 3
            else 4
        end as closeness
    from main.products
    where
        $text = ''
        or contains(lower(product_name), lower($text))
        -- Converting every id to text is slow, so only for a text that an id can start with.
        or (
            (typeof(product_id) = 'VARCHAR' or regexp_full_match($text, '-?[0-9]+'))
            and starts_with(lower(cast(product_id as text)), lower($text))
        )
)

select * exclude (closeness)
from found
order by closeness, interaction_count desc, product_id
limit $n
