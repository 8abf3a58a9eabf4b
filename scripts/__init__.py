"""Programs around dbt, one package per job (see CONTRIBUTING.md)."""
