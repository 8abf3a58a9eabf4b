-- The units of each arm of an experiment, and the expected number.
select
    arm,
    is_contacted,
    unit_count,
    expected_units
from main.experiment_arm_counts
where experiment_id = $experiment_id
order by arm
