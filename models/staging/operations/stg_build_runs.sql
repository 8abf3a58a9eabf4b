{# A table, because the file changes with every run. #}
{{ config(materialized='table') }}

-- The history of builds (scripts/releases/run_history.py).
with runs as (
    {{ kept_rows('history', {
        'run_number': 'bigint',
        'program_name': dbt.type_string(),
        'started_at': 'timestamp',
        'seconds': 'double',
        'interaction_count': 'bigint',
        'release_id': dbt.type_string(),
        'result': dbt.type_string(),
        'reason': dbt.type_string(),
        'accepted_drift': dbt.type_string(),
    }) }}
)

select * from runs
