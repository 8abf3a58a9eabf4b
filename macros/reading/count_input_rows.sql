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
            from ({{ closed_rows(input) }}) as rows
        ) as continued
    {% endif %}
{% endmacro %}


{# Rows of CSV files whose values end where they say. #}
{% macro closed_rows(input) %}
    {{ return(adapter.dispatch('closed_rows')(input)) }}
{% endmacro %}


{% macro default__closed_rows(input) %}
    {{ read_input(input) }}
{% endmacro %}


{#
    After a quote that nobody closes, Spark takes the rest of a file for a value of its last
    row: where quotes do not come in pairs, that row is none of them.
#}
{% macro spark__closed_rows(input) %}
    select numbered.*
    from (
        select
            *,
            row_number() over (
                partition by _input_file
                order by _row_in_input desc
            ) as _row_from_end
        from ({{ read_input(input) }}) as input_rows
    ) as numbered
    left join (
        select input_file
        from {{ read_lines(input.settings.path, input.files, input.settings.encoding) }}
        group by input_file
        having mod(sum(length(line) - length(replace(line, '"', ''))), 2) = 1
    ) as unpaired
        on numbered._input_file = unpaired.input_file
    where
        unpaired.input_file is null
        or numbered._row_from_end > 1
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
