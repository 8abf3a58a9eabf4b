-- The cost of each contact can be read, where it has one;
-- without it the contact counts.
{{ config(severity='warn') }}

-- Without the text of a row: the customer may have opted out since.
with unreadable as (
    select
        count(*) as row_count,
        min(line_number) as line_number,
        min(input_file) as input_file
    from {{ ref('stg_contacts') }}
    where outcome = 'accepted' and reason = 'unparseable cost'
)

select
    'contacts: ' || {{ whole_number_text('row_count') }}
    || case row_count when 1 then ' contact counts' else ' contacts count' end
    || ' with an unknown cost, because it cannot be read (the first in line '
    || cast(line_number as {{ dbt.type_string() }}) || ' of ' || input_file
    || '). Correct it, or name the marks of its numbers (contacts: {path: ...,'
    || ' decimal_mark: '','', thousands_mark: ''.''}).' as problem
from unreadable
where row_count > 0
