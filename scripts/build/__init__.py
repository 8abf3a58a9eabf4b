"""Build the warehouse: read the request, run dbt, check, publish, refresh."""
