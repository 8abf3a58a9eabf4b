-- Whom the first so many of a ranking hold, at the split.
select
    columns(name -> name not in ('origin', 'decile', 'measured_until')),
    audience_size / customer_count as contacted_share
from main.targeting_lift
where
    ranking in ('engagement', 'recent_activity', 'total_interactions', 'random')
    and origin = (select max(targeting_lift.origin) from main.targeting_lift)
order by outcome, ranking, audience_size
