-- What happened to every row of the input, and why; without the folders of files.
select * replace (parse_filename(example_file) as example_file)
from main.row_accounting
order by input, outcome, row_count desc, reason
