{#
    An input as a table expression: its own columns, those that its paths add, and the place
    of each row in `_input_file` and `_row_in_input` (from 1 in each Parquet file; for CSV, DuckDB
    numbers the rows of all files, Spark those of each file). No rows if there is no such input.

    A line of a CSV file that cannot be split does not stop the reader. DuckDB keeps it in the
    session, for insert_unreadable_lines.

    Args:
        input: what describe_input says.
#}
{% macro read_input(input) %}
    {% if input.format == 'none' %}
        select
            cast(null as {{ dbt.type_string() }}) as _input_file,
            cast(null as bigint) as _row_in_input
        where false
    {% elif input.format == 'parquet' and target.type == 'spark' %}
        select
            *
            {{- path_values(input) }}
        from (
            select
                *,
                {{ spark_file_name(input.settings.path) }} as _input_file,
                _metadata.row_index + 1 as _row_in_input
            from {{ parquet_files(input.settings.path, input.files) }}
        ) as parquet_rows
    {% elif input.format == 'parquet' %}
        select
            file_row_number + 1 as _row_in_input,
            *
            {{- path_values(input) }}
        from read_parquet(
            {{ file_list(input.files) }},
            union_by_name = true,
            hive_partitioning = false,
            filename = '_input_file',
            file_row_number = true
        )
        {{ 'where false' if not input.is_read }}
    {% elif target.type == 'spark' %}
        select
            *,
            row_number() over (partition by _input_file order by _place) as _row_in_input
            {{- path_values(input) }}
        from ({{ spark_csv_rows(input) }}) as csv_rows
        where _unreadable is null
    {% else %}
        select
            row_number() over () as _row_in_input,
            *
            {{- path_values(input) }}
        from read_csv(
            {{ file_list(input.files) }},
            auto_detect = false,
            hive_partitioning = false,
            header = {{ input.settings.has_header | lower }},
            delim = {{ text_literal(input.settings.delimiter) }},
            quote = '"',
            escape = {{ text_literal(input.settings.escape) }},
            comment = {{ text_literal(input.settings.comment or '') }},
            skip = {{ input.skipped_lines[1] }},
            encoding = {{ text_literal(input.settings.encoding) }},
            columns = {
                {% for name in input.file_columns %}
                {{ text_literal(name) }}: 'VARCHAR'
                {{- ',' if not loop.last }}
                {% endfor %}
            },
            filename = '_input_file',
            store_rejects = true,
            rejects_table = 'unreadable_lines',
            rejects_scan = 'unreadable_line_scans',
            rejects_limit = 0
        )
        {{ 'where false' if not input.is_read }}
    {% endif %}
{% endmacro %}
