{#
    Writes a table for publishing: a post-hook of each public mart and look-up table. On DuckDB
    it does nothing, because publishing reads the database. Spark writes the table again, as
    Parquet files in the build folder, because its own files may have any format and place.

    Args:
        name: of the table; that of the model if none.
        query: its rows; the whole model if none.
#}
{% macro write_for_publishing(name=none, query=none) %}
    {% set folder = (env_var('AUDIENCE_BUILD_DIR', '') or 'build') ~ '/spark/marts/' %}
    {% if target.type == 'spark' %}
    insert overwrite directory {{ text_literal(folder ~ (name or this.identifier)) }}
    using parquet
    {{ query or 'select * from ' ~ this }}
    {% endif %}
{% endmacro %}


{#
    At the start of a run: its id, which tells publishing whether dbt's results belong to the
    tables, and the next build whether these are the tables of the last one.
#}
{% macro note_run() %}
    {% set query = "select '" ~ invocation_id ~ "' as invocation_id" %}
    {% if target.type == 'spark' %}
    {{ write_for_publishing('last_run', query) }}
    {% else %}
    create or replace table {{ target.schema }}.last_run as {{ query }}
    {% endif %}
{% endmacro %}
