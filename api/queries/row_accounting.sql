-- What became of every row that was read, and why.
select *
from main.row_accounting
order by input, outcome, row_count desc, reason
