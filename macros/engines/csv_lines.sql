{#
    The lines of text files as a table of one column, `line`; null where one is empty. Lines
    that are not in the file's encoding are left out.
#}
{% macro read_lines(input) -%}
    {%- if target.type == 'spark' -%}
    (
        select
            _c0 as line,
            {{ spark_file_name(input.settings.path) }} as input_file
        from csv.{{ column_name(input.settings.path) }} with (
            header 'false', sep '\u0001', quote '', escape '',
            encoding {{ text_literal(input.settings.encoding) }}
        )
    )
    {%- else -%}
    read_csv(
        {{ file_list(input.files) }},
        auto_detect = false,
        hive_partitioning = false,
        header = false,
        delim = E'\x01',
        quote = '',
        escape = '',
        columns = {'line': 'VARCHAR'},
        strict_mode = false,
        null_padding = true,
        ignore_errors = true,
        encoding = {{ text_literal(input.settings.encoding) }}
    )
    {%- endif -%}
{%- endmacro %}
