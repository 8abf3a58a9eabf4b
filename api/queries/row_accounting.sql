-- What became of every row that was read, and why; where the files lie is not told.
select * replace (parse_filename(example_file) as example_file)
from main.row_accounting
order by input, outcome, row_count desc, reason
