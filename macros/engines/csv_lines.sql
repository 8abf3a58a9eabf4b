{# Lines of CSV files, to read a header and to count rows without the CSV reader. #}

{#
    The fields of the first row of a CSV file, as its reader splits it. DuckDB wants to know
    the columns before: it is given more than a file has, and leaves the rest null.
    scripts/build/csv_header.py asks DuckDB the same.

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
            escape {{ text_literal(settings.escape) }},
            {% if settings.comment %}
            comment {{ text_literal(settings.comment) }},
            {% endif %}
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
            escape = {{ text_literal(settings.escape) }},
            comment = {{ text_literal(settings.comment or '') }},
            skip = {{ skipped_lines(file, settings)[1] }},
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
        limit 2
    {% endset %}
    {% set rows = [] %}
    {% for row in run_query(query).rows %}
        {% do rows.append(row.values() | reject('none') | list) %}
    {% endfor %}
    {% set fields = rows[0] if rows else [] %}
    {# A header that ends in a delimiter, where the rows do not. #}
    {% set has_end = settings.has_header and rows | length == 2 and fields[-1] == ''
        and rows[1] | length == fields | length - 1 %}
    {{ return(fields[:-1] if has_end else fields) }}
{% endmacro %}


{#
    Lines above the first row that are no rows: comments, empty lines among them, and the line
    `sep=;` of Excel. A list of two numbers: of all, and of those that are no comments, which
    DuckDB's reader must be told to skip. Spark's reader passes over all but Excel's.
#}
{% macro skipped_lines(file, settings) %}
    {% if target.type == 'spark' %}{{ return([0, 0]) }}{% endif %}
    {% set lines = run_query(
        'select line from ' ~ read_lines({'files': [file], 'settings': settings})
        ~ ' limit 1000'
    ).columns[0].values() %}
    {% set found = namespace(row=false, skipped=0, others=0) %}
    {% for line in lines if not found.row %}
        {% set text = line or '' %}
        {% set is_excel_s = loop.first and modules.re.fullmatch('"?sep=.{1,2}"?', text) %}
        {% set is_comment = settings.comment
            and (not text or text.startswith(settings.comment)) %}
        {% if is_excel_s or is_comment %}
            {% set found.skipped = found.skipped + 1 %}
            {% set is_other = is_excel_s or not text %}
            {% set found.others = found.others + (1 if is_other else 0) %}
        {% else %}
            {% set found.row = true %}
        {% endif %}
    {% endfor %}
    {{ return([found.skipped, found.others] if found.row else [0, 0]) }}
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
