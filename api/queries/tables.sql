-- The tables of the release: an older one may lack some.
select table_name
from duckdb_tables()
