-- Products that a text may mean, in small letters or capitals: the id, then names that begin
-- with it, then ids that do, then names that hold it; of equals the one with more
-- interactions. Nothing means every product.
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
        -- Only where an id may begin with it: this is for every product.
        or (
            (typeof(product_id) = 'VARCHAR' or regexp_full_match($text, '-?[0-9]+'))
            and starts_with(lower(cast(product_id as text)), lower($text))
        )
)

select * exclude (closeness)
from found
order by closeness, interaction_count desc, product_id
limit $n
