-- Times given in milliseconds reach beyond the first weeks of 1970; seconds read as
-- milliseconds do not.
{{ config(severity='warn') }}

select
    'The newest event is of ' || cast(last_interaction_at as {{ dbt.type_string() }})
    || ': if the log holds seconds, set time_format to epoch_s.' as problem
from {{ ref('int_log_window') }}
where
    '{{ var("time_format") }}' = 'epoch_ms'
    and last_interaction_at between timestamp '1970-01-01' and timestamp '1970-03-31'
