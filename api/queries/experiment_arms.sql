-- How many units the arms of an experiment have.
select
    arm,
    count(*)::bigint as unit_count
from main.experiment_assignments
where experiment_id = $experiment_id
group by arm
order by arm
