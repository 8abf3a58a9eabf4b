"""Programs that run around dbt: make a log, build, publish, benchmark."""
