{#
    The UTC time of a value that a model has read as each of `time_formats`, as time_1, time_2
    ... Of several formats it is the first that gives a possible time, else the first that gives
    any; null if the clock of the zone skips it.

    Args:
        raw_column: the value.
        settings: see input_settings.
#}
{% macro utc_time(raw_column, settings) -%}
    {%- set times = [] -%}
    {%- for time_format in settings.time_formats -%}
        {%- set time = 'time_' ~ loop.index -%}
        {%- set utc -%}
            {%- if settings.time_zone == 'UTC' or time_format.startswith('epoch_')
                or '%z' in time_format or '%Z' in time_format -%}
            {{ time }}
            {%- elif time_format == 'iso' -%}
            case
            when
                {{ matches(
                    trimmed(raw_column), '.*:.*(Z|UTC|GMT|[+-]\\d{2}(:?\\d{2})?)'
                ) }}
                then {{ time }}
            else {{ utc_of_local(time, settings.time_zone) }}
        end
            {%- else -%}
            {{ utc_of_local(time, settings.time_zone) }}
            {%- endif -%}
        {%- endset -%}
        {%- do times.append(utc) -%}
    {%- endfor -%}
    {%- if times | length == 1 -%}
    {{ times[0] }}
    {%- else -%}
    coalesce(
            {%- for time in times %}
            case
                when
                    {{ time }} between {{ settings.earliest }} and {{ settings.latest }}
                    then {{ time }}
            end,
            {%- endfor %}
            {{ times | join(',\n            ') }}
        )
    {%- endif -%}
{%- endmacro %}
