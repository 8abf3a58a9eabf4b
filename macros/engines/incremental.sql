{#
    How a model is materialized that adds the new files of the log to its table. Spark has no
    cheap way to change rows: there the table is rebuilt.
#}
{% macro growing() %}
    {{ return('table' if target.type == 'spark' else 'incremental') }}
{% endmacro %}


{#
    Overrides dbt's own macro. A table grows only in a run that names the new files of the log,
    as `audience build` and `audience refresh` do; dbt by hand rebuilds it.
#}
{% macro should_full_refresh() %}
    {% set configured = config.get('full_refresh') %}
    {% if configured is not none %}{{ return(configured) }}{% endif %}
    {% set reads_whole_log = var('new_log_files') is none %}
    {{ return(
        flags.FULL_REFRESH
        or (model.config.materialized == 'incremental' and reads_whole_log)
    ) }}
{% endmacro %}


{# Overrides dbt's own macro, which asks DuckDB for each table: no table here has an index,
    which tests/scripts/build/test_dbt_project.py checks. #}
{% macro drop_indexes_on_relation(relation) %}
{% endmacro %}
