-- Each amount of the log can be read; a row without one counts, but brings nothing.
{{ config(severity='warn') }}

with unreadable as (
    select
        sum(unreadable_amount_count) as row_count,
        min(left(unreadable_amount, 40)) as example,
        min(case when unreadable_amount_count > 0 then input_file end)
            as input_file
    from {{ ref('stg_row_outcomes') }}
    where outcome = 'accepted'
)

select
    'The amounts of ' || {{ counted('row_count', 'row') }}
    || ' cannot be read, such as ' || example || ' in '
    || input_file || ': such rows count without revenue. Correct'
    || ' them, or name their marks (decimal_mark, thousands_mark).' as problem
from unreadable
where row_count > 0
