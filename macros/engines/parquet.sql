{# Parquet files as a table expression: the columns that are in the files, by name. #}
{% macro parquet_files(pattern, files) -%}
    {%- if target.type == 'spark' -%}
    parquet.{{ column_name(pattern) }} with (mergeSchema 'true')
    {%- else -%}
    read_parquet(
        {{ file_list(files) }}, union_by_name = true, hive_partitioning = false
    )
    {%- endif -%}
{%- endmacro %}


{# Name: type of the columns of Parquet files; the types in DuckDB's words. #}
{% macro parquet_columns(pattern, files) %}
    {% set described = run_query(
        'describe ' ~ ('query ' if target.type == 'spark') ~ 'select * from '
        ~ parquet_files(pattern, files)
    ) %}
    {% set names = {
        'INT': 'INTEGER', 'STRING': 'VARCHAR', 'TIMESTAMP_NTZ': 'TIMESTAMP',
        'TIMESTAMP': 'TIMESTAMP WITH TIME ZONE',
    } if target.type == 'spark' else {} %}
    {% set columns = {} %}
    {% for column in described.rows %}
        {% set type = column[1] | upper %}
        {% do columns.update({column[0]: names.get(type, type)}) %}
    {% endfor %}
    {{ return(columns) }}
{% endmacro %}
