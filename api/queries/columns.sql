-- The tables of the release and their columns; an older release may lack some.
select
    table_name,
    column_name
from duckdb_columns()
