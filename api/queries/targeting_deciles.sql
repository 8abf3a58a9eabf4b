-- The responders in each tenth of the customers by engagement, at every cutoff.
select
    columns(name -> name not in ('ranking_kind', 'ranking', 'measured_until')),
    origin = max(origin) over () as is_split
from main.targeting_deciles
where ranking = 'engagement'
order by outcome, origin, decile
