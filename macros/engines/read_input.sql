{#
    An input as a table expression: its own columns, and the place of each row in
    `_input_file` and `_row_in_input` (from 1 in each Parquet file; for CSV, DuckDB
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
            *,
            {{ spark_file_name(input.settings.path) }} as _input_file,
            _metadata.row_index + 1 as _row_in_input
        from {{ parquet_files(input.settings.path, input.files) }}
    {% elif input.format == 'parquet' %}
        select
            file_row_number + 1 as _row_in_input,
            *
        from read_parquet(
            {{ file_list(input.files) }},
            union_by_name = true,
            filename = '_input_file',
            file_row_number = true
        )
        {{ 'where false' if not input.is_read }}
    {% elif target.type == 'spark' %}
        select
            *,
            row_number() over (partition by _input_file order by _place) as _row_in_input
        from ({{ spark_csv_rows(input) }}) as csv_rows
        where _unreadable is null
    {% else %}
        select
            row_number() over () as _row_in_input,
            *
        from read_csv(
            {{ file_list(input.files) }},
            auto_detect = false,
            header = {{ input.settings.has_header | lower }},
            delim = {{ text_literal(input.settings.delimiter) }},
            quote = '"',
            escape = '"',
            encoding = {{ dbt.string_literal(input.settings.encoding) }},
            columns = {
                {% for name in input.columns %}
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


{#
    Rows of CSV files with `_input_file`, `_place` (ascending within a file) and, where a line
    cannot be split, its text as `_unreadable`.

    Spark takes options and columns only with a table; each way to read an input has its own,
    so that no table changes while others read it. A value may span lines: therefore Spark
    reads a file in one piece, and a large log should be several files.
#}
{% macro spark_csv_rows(input) %}
    {% set definition %}
        (
            {% for name in input.columns %}
            {{ column_name(name) }} string,
            {% endfor %}
            _unreadable string
        )
        using csv
        options (
            path {{ text_literal(input.settings.path) }},
            header '{{ input.settings.has_header | lower }}',
            sep {{ text_literal(input.settings.delimiter) }},
            encoding {{ text_literal(spark_encoding(input.settings.encoding)) }},
            quote '"',
            escape '"',
            multiLine 'true',
            mode 'PERMISSIVE',
            columnNameOfCorruptRecord '_unreadable',
            columnPruning 'false'
        )
    {% endset %}
    {% set table = target.schema ~ '.csv_' ~ input.name ~ '_' ~ local_md5(definition) %}
    {% if execute %}
        {% do run_query('create schema if not exists ' ~ target.schema) %}
        {% do run_query('create table if not exists ' ~ table ~ definition) %}
    {% endif %}
    select
        *,
        {{ spark_file_name(input.settings.path) }} as _input_file,
        monotonically_increasing_id() as _place
    from {{ table }}
{% endmacro %}


{#
    Adds the lines that the CSV reader could not split to the model that has just read the
    input, as rejected rows with their line number. For a post-hook: DuckDB keeps the lines in
    the session of the statement, Spark's reader among the other rows.
#}
{% macro insert_unreadable_lines(input) %}
    {% if input.format == 'csv' and target.type == 'spark' %}
        insert into {{ this }} (input_file, line_number, outcome, reason, original_text)
        select
            _input_file,
            line_number,
            'rejected',
            'unreadable line',
            trim(both chr(10) || chr(13) from _unreadable)
        from (
            select
                *,
                -- Spark needs a column of the file in the query too.
                row_number() over (
                    partition by _input_file
                    order by _place, {{ column_name(input.columns | first) }}
                ) + {{ input.header_lines }} as line_number
            from ({{ spark_csv_rows(input) }}) as csv_rows
        ) as numbered
        where _unreadable is not null
    {% elif input.format == 'csv' and input.is_read %}
        insert into {{ this }} (input_file, line_number, outcome, reason, original_text)
        select
            unreadable_line_scans.file_path,
            unreadable_lines.line,
            'rejected',
            'unreadable line',
            -- A line may be wrong in several columns.
            trim(
                any_value(
                    unreadable_lines.csv_line
                    order by unreadable_lines.column_idx
                ),
                chr(10) || chr(13)
            )
        from unreadable_lines
        inner join unreadable_line_scans
            on
                unreadable_lines.scan_id = unreadable_line_scans.scan_id
                and unreadable_lines.file_id = unreadable_line_scans.file_id
        group by 1, 2;
        drop table unreadable_lines;
        drop table unreadable_line_scans
    {% endif %}
{% endmacro %}
