-- The tables of the release; an older release may lack some.
select table_name
from duckdb_tables()
