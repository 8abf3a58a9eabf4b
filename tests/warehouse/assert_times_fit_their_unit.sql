-- If `time_format` is epoch_ms, the newest event is later than March 1970: earlier
-- times are seconds read as milliseconds.
{{ config(severity='warn') }}

select
    'The newest event is of ' || cast(last_interaction_at as {{ dbt.type_string() }})
    || ': if the log holds seconds, set time_format to epoch_s.' as problem
from {{ ref('int_log_window') }}
where
    {{ 'epoch_ms' in input_settings('log').time_formats }}
    and last_interaction_at between timestamp '1970-01-01' and timestamp '1970-03-31'
