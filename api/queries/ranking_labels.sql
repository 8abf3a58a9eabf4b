-- The names of rankings and features for readers, in display order.
select
    ranking,
    ranking_label,
    is_charted
from main.rankings
order by display_order
