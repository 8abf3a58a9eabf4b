-- The rows of the log, counted without parsing them, are the accepted, duplicate,
-- rejected and filtered rows. A line of a CSV file with a wrong encoding is found only
-- by parsing. An unreadable row may span several lines.
{% set input = describe_input('log') %}
{# Comments are not counted, and neither are the header's lines below `skip_lines`. #}
{% set comment_lines = 0 %}
{% if input.settings.comment %}
    {% set comment_lines = input.skipped_lines[0] - input.settings.skip_lines %}
{% endif %}

with counted as (
    {% if not input.is_read %}
    select 0 as row_count
    {% elif input.format == 'parquet' %}
    select count(*) as row_count
    from {{ parquet_files(input.settings.path, input.files) }}
    {% else %}
    -- The lines that are not empty, less headers and lines that continue a quoted value.
    -- Lines that are not in the file's encoding are not counted: the count may be too
    -- low, never too high.
    select
        lines.line_count
        - {{ input.files | length * (input.header_lines - comment_lines) }}
        - continued.line_count as row_count
    from (
        select count(line) as line_count
        from {{ read_lines(input) }}
        {% if input.settings.comment %}
        where left(line, 1) <> {{ text_literal(input.settings.comment) }}
        {% endif %}
    ) as lines
    cross join (
        select
            {% for name in input.file_columns %}
            coalesce(sum({{ line_break_count(column_name(name)) }}), 0)
            {{- ' +' if not loop.last }}
            {% endfor %}
            as line_count
        from ({{ closed_rows(input) }}) as rows
    ) as continued
    {% endif %}
),

accounted as (
    select count(*) as row_count
    from {{ ref('stg_log_rows') }}
),

unreadable as (
    select coalesce(sum({{ line_break_count('original_text') }}), 0) as line_count
    from {{ ref('stg_log_rows') }}
    where line_number is not null
)

select
    {{ text_literal(var('log')) }} || ' has '
    || cast(counted.row_count as {{ dbt.type_string() }}) || ' rows, but '
    || cast(accounted.row_count as {{ dbt.type_string() }}) || ' were found: lines were'
    || ' lost. Look for a quote that is not closed, and write all lines with the same'
    || ' line end.' as problem
from counted
cross join accounted
cross join unreadable
where
    counted.row_count > accounted.row_count + unreadable.line_count
    {% if input.format == 'parquet' %}
    or counted.row_count < accounted.row_count
    {% endif %}
