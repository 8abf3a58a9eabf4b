{#
    A query that counts the rows of an input without reading them, to check the accounting: in
    Parquet files their own count; in CSV files the lines that are not empty, less headers and
    lines that continue a quoted value. Lines that are not in the file's encoding are not
    counted, so the count may be too low, never too high.
#}
{% macro count_input_rows(input) %}
    {% if not input.is_read %}
        select 0 as row_count
    {% elif input.format == 'parquet' %}
        select count(*) as row_count
        from {{ parquet_files(input.settings.path, input.files) }}
    {% else %}
        select
            lines.line_count
            - {{ input.files | length * input.header_lines }}
            - continued.line_count as row_count
        from (
            select count(line) as line_count
            from {{ read_lines(input) }}
        ) as lines
        cross join (
            select
                {% for name in input.columns %}
                coalesce(sum(
                    {{ line_break_count(column_name(name)) }}
                ), 0)
                {{- ' +' if not loop.last }}
                {% endfor %}
                as line_count
            from ({{ closed_rows(input) }}) as rows
        ) as continued
    {% endif %}
{% endmacro %}
