-- If `time_format` has day and month as numbers without the year before them, some day
-- is later than the 12th: else the data fit the other order as well.
{{ config(severity='warn') }}

{% for input, setting, relation, column in [
    ('log', 'time_format', ref('stg_interactions'), 'event_at'),
    ('contacts', 'contacts, time_format', ref('stg_contacts'), 'contacted_at'),
] %}
{% set settings = input_settings(input) %}
{% set unclear = [] %}
{% for pattern in settings.time_formats %}
{% set parts = modules.re.findall('%-?([dmYy])', pattern) | map('lower') | list %}
{% if 'd' in parts and 'm' in parts and parts[:3] != ['y', 'm', 'd'] %}
{% do unclear.append(pattern) %}
{% endif %}
{% endfor %}
select
    {{ text_literal(setting ~ ' = ' ~ unclear | join(', ')) }}
    || ': no day of the {{ input }} is later than the 12th of its month, so that'
    || ' the data do not show which number is the day and which the month. Check'
    || ' the order.' as problem
from {{ relation }}
where
    {{ (unclear | length > 0) | lower }}
    {{ "and outcome = 'accepted' and not is_exported" if input == 'contacts' }}
having
    count(*) > 0
    and max(extract(day from {{ local_time(column, settings.time_zone) }})) <= 12
{{ 'union all' if not loop.last }}
{% endfor %}
