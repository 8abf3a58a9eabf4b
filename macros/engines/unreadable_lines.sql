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
