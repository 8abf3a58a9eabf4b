-- The responders among the first customers of each ranking, at the split. Other weights and
-- definitions of the score are in score_trials.
select
    columns(name -> name not in ('origin', 'decile', 'measured_until')),
    audience_size / customer_count as contacted_share
from main.targeting_lift
where
    ranking_kind not in ('weights', 'definition')
    and origin = (select max(targeting_lift.origin) from main.targeting_lift)
order by outcome, ranking, audience_size
