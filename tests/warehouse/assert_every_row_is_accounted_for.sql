-- Nothing vanishes: rows of the files that were read, counted by other means than
-- reading them, = accepted + duplicates + rejected + filtered. A line of a CSV file
-- that is not in the file's encoding is found by reading alone. A row that cannot be
-- split may go on on other lines.
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
