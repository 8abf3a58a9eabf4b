-- How many units the arms of an experiment have, and should have.
select
    arm,
    is_contacted,
    unit_count,
    expected_units
from main.experiment_arm_counts
where experiment_id = $experiment_id
order by arm
