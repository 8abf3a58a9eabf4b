-- The names of rankings and features for readers, in display order; no ranking is of products.
select
    ranking,
    ranking_label,
    is_charted,
    false as is_of_products
from main.rankings
order by display_order
