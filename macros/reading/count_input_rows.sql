{#
    A query that counts the rows that a run reads of an input, by other means than reading them,
    so that the accounting can be held against it: what a Parquet file says of itself; in CSV files the
    lines that are not empty, less headers and lines that continue a quoted value. Lines that
    are not in the file's encoding are not counted: it may come out too low, never too high.
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
            - {{ (input.files | length if input.settings.has_header else 0) }}
            - continued.line_count as row_count
        from (
            select count(line) as line_count
            from {{ read_lines(
                input.settings.path, input.files, input.settings.encoding
            ) }}
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
            from ({{ read_input(input) }}) as rows
        ) as continued
    {% endif %}
{% endmacro %}


{# How often a text goes on on another line. #}
{% macro line_break_count(text) -%}
    {{ adapter.dispatch('line_break_count')(text) }}
{%- endmacro %}


{% macro default__line_break_count(text) -%}
    case
        when regexp_matches({{ text }}, '[\r\n]')
            then len(regexp_extract_all({{ text }}, '[\r\n]+'))
        else 0
    end
{%- endmacro %}


{% macro spark__line_break_count(text) -%}
    array_size(regexp_extract_all({{ text }}, r'[\r\n]+', 0))
{%- endmacro %}
