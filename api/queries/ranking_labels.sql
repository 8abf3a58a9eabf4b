-- The names of rankings and features for readers, in display order, and which of them have an
-- order for each product.
select
    ranking,
    ranking_label,
    is_charted,
    ranks = 'products' as is_of_products
from main.rankings
order by display_order
