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
            {% for name in input.file_columns %}
            {{ column_name(name) }} string,
            {% endfor %}
            _unreadable string
        )
        using csv
        options (
            path {{ text_literal(input.settings.path) }},
            header '{{ input.settings.has_header | lower }}',
            sep {{ text_literal(input.settings.delimiter) }},
            encoding {{ text_literal(input.settings.encoding) }},
            quote '"',
            escape {{ text_literal(input.settings.escape) }},
            {% if input.settings.comment %}
            comment {{ text_literal(input.settings.comment) }},
            {% endif %}
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
