-- The responders in each tenth of the customers by engagement, at every cutoff.
select
    * exclude (ranking_kind, ranking),
    origin = max(origin) over () as is_split
from main.targeting_deciles
where ranking = 'engagement'
order by outcome, origin, decile
