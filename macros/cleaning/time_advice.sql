{#
    What helps where a time was rejected, as a sentence with a blank before it; an empty text
    for other rows.

    Args:
        reason: why the row was rejected.
        value: the time as it was written.
        column: our name of its column.
        settings: see input_settings.
#}
{% macro time_advice(reason, value, column, settings) -%}
    {%- set number = 'try_cast(' ~ value ~ ' as double)' -%}
    {%- set earliest = setting_time(var('earliest_event'), '00:00:00') -%}
    {%- set latest = setting_time(var('latest_event'), '23:59:59') -%}
    {#- The seconds from 1970 to the days of both. -#}
    {%- set epochs = [] -%}
    {%- for time in [earliest, latest] -%}
        {%- set day = modules.datetime.datetime.strptime(time[:10], '%Y-%m-%d') -%}
        {%- do epochs.append((day - modules.datetime.datetime(1970, 1, 1)).days * 86400) -%}
    {%- endfor -%}
    {%- set has_long_years = '%Y' in settings.time_formats | join -%}
    case
            when
                {{ reason }} not in (
                    'unparseable {{ column }}',
                    '{{ column }} before earliest_event',
                    '{{ column }} after latest_event',
                    '{{ column }} skipped by time_zone',
                    '{{ column }} with a zone name: set time_zone'
                )
                then ''
            {%- for unit, per_second in {
                'epoch_s': 1, 'epoch_ms': 1000, 'epoch_us': 1000000, 'epoch_ns': 1000000000,
            }.items() %}
            when
                {{ matches(value, '[0-9]{9,19}([.][0-9]*)?') }}
                and {{ number }} / {{ per_second }}
                between {{ epochs | join(' and ') }}
                then ' time_format: {{ unit }} reads such numbers.'
            {%- endfor %}
            when {{ matches(value, '[0-9.]+[eE][+]?[0-9]+') }}
                then
                    ' Numbers in scientific notation have lost digits: write them in full.'
            {%- if has_long_years %}
            when
                {{ reason }} = '{{ column }} before earliest_event'
                and {{ matches(value, '(.*[^0-9])?[0-9]{2}([^0-9].*)?') }}
                and not {{ matches(value, '.*[0-9]{4}.*') }}
                then ' Years of two digits are %y in time_format.'
            {%- endif %}
            when {{ reason }} = '{{ column }} before earliest_event'
                then
                    ' If such times are right, set earliest_event to an earlier one than'
                    || ' {{ earliest }}.'
            when {{ reason }} = '{{ column }} after latest_event'
                then
                    ' If such times are right, set latest_event to a later one than'
                    || ' {{ latest }}.'
            when {{ reason }} = '{{ column }} with a zone name: set time_zone'
                then
                    ' Remove the name in an expression, and name the zone of all times in'
                    || ' time_zone.'
            when {{ reason }} = '{{ column }} skipped by time_zone'
                then
                    ' The clock of time_zone = {{ settings.time_zone }} never shows it. Is the'
                    || ' zone right?'
            else ''
        end
{%- endmacro %}
