-- Units of each arm that got another contact in their window; no rows before the start.
select * exclude (experiment_id)
from main.experiment_contamination
where experiment_id = $experiment_id
order by arm
