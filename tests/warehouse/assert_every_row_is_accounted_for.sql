-- The rows of the log, counted without parsing them, are the accepted, duplicate,
-- rejected and filtered rows. A line of a CSV file with a wrong encoding is found only
-- by parsing. An unreadable row may span several lines.
with counted as (
    {{ count_input_rows(describe_input('log')) }}
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
    {% if describe_input('log').format == 'parquet' %}
    or counted.row_count < accounted.row_count
    {% endif %}
