{#
    Rows that programs have left for the warehouse in the build folder, as a query over their
    Parquet files; no rows where there is none.

    Args:
        files: a path or pattern within the build folder, without its suffix.
        columns: name: type.
#}
{% macro kept_rows(files, columns) %}
    {{ return(adapter.dispatch('kept_rows')(files, columns)) }}
{% endmacro %}


{% macro default__kept_rows(files, columns) %}
    {% set path = (env_var('AUDIENCE_BUILD_DIR', '') or 'build') ~ '/' ~ files ~ '.parquet' %}
    {% set is_there = execute and run_query(
        "select file from glob('" ~ dbt.escape_single_quotes(path) ~ "')"
    ).rows | length %}
    select
        {% for column, type in columns.items() %}
        cast({{ column if is_there else 'null' }} as {{ type }}) as {{ column }}
        {{- ',' if not loop.last }}
        {% endfor %}
    {% if is_there %}
    from read_parquet('{{ dbt.escape_single_quotes(path) }}')
    {% else %}
    where false
    {% endif %}
{% endmacro %}
