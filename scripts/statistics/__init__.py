"""Statistics that dbt's Python models and the programs share."""
