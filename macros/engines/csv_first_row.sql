{#
    The fields of the first row of a CSV file, as its reader splits it, without blanks around
    them. DuckDB wants to know the columns before: it is given more than a file has, and leaves
    the rest null.
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
            encoding {{ text_literal(settings.encoding) }},
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
    {% set found = [] %}
    {% for field in (fields[:-1] if has_end else fields) %}
        {% do found.append(stripped(field)) %}
    {% endfor %}
    {{ return(found) }}
{% endmacro %}
