{#
    Rows that the evidence programs have left for the warehouse, as a query over their
    Parquet file; no rows where the file is not there.

    Args:
        name: of the file, without its suffix.
        columns: name: type.
#}
{% macro evidence_rows(name, columns) %}
    {{ return(adapter.dispatch('evidence_rows')(name, columns)) }}
{% endmacro %}


{% macro default__evidence_rows(name, columns) %}
    {% set path = evidence_path(name) %}
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


{# Where the evidence programs leave their files: beside the warehouse. #}
{% macro evidence_path(name) -%}
    {{ env_var('AUDIENCE_BUILD_DIR', '') or 'build' }}/evidence/{{ name }}.parquet
{%- endmacro %}
