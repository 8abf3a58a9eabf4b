{# Lines of CSV files, to read a header and to count rows without the CSV reader. #}

{#
    The fields of the first line of a CSV file, as its reader splits it. DuckDB wants to know
    the columns before: it is given more than a file has, and leaves the rest null.
    scripts/build/input_columns.py asks DuckDB the same.

    Args:
        file: its path.
        settings: see input_settings.
        most: the largest number of fields to return.
#}
{% macro csv_first_row(file, settings, most=1000) %}
    {% set query %}
        {% if target.type == 'spark' %}
        select *
        from csv.{{ column_name(literal_path(file)) }} with (
            header 'false',
            sep {{ text_literal(settings.delimiter) }},
            encoding {{ text_literal(spark_encoding(settings.encoding)) }},
            quote '"',
            escape '"',
            nullValue '\u0001'
        )
        {% else %}
        select *
        from read_csv(
            {{ file_list([file]) }},
            auto_detect = false,
            hive_partitioning = false,
            header = false,
            delim = {{ text_literal(settings.delimiter) }},
            quote = '"',
            escape = '"',
            encoding = {{ text_literal(settings.encoding) }},
            columns = {
                {% for number in range(most) %}
                'c{{ number }}': 'VARCHAR'{{ ',' if not loop.last }}
                {% endfor %}
            },
            -- An empty name stays empty, and what the line does not have is null.
            nullstr = E'\x01',
            null_padding = true,
            -- Later lines may be longer, or broken.
            strict_mode = false,
            ignore_errors = true,
            parallel = false
        )
        {% endif %}
        limit 1
    {% endset %}
    {% set rows = run_query(query).rows %}
    {{ return(rows[0].values() | reject('none') | list if rows else []) }}
{% endmacro %}


{#
    The lines of text files as a table of one column, `line`; null where one is empty. Lines
    that are not in the file's encoding are left out.
#}
{% macro read_lines(input) -%}
    {%- set encoding = input.settings.encoding -%}
    {%- if target.type == 'spark' -%}
    (
        select
            _c0 as line,
            {{ spark_file_name(input.settings.path) }} as input_file
        from csv.{{ column_name(input.settings.path) }} with (
            header 'false', sep '\u0001', quote '', escape '',
            encoding {{ text_literal(spark_encoding(encoding)) }}
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
        encoding = {{ text_literal(encoding) }}
    )
    {%- endif -%}
{%- endmacro %}


{% macro spark_encoding(encoding) %}
    {{ return({'latin-1': 'ISO-8859-1'}.get(encoding, encoding | upper)) }}
{% endmacro %}
