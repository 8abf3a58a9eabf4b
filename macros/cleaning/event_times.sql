{#
    How a log or a side input writes its times: the formats to try, and the zone of local
    times.

    Args:
        settings: see input_settings.
#}
{% macro time_formats(settings) %}
    {% set given = settings.time_format %}
    {{ return([given] if given is string else given) }}
{% endmacro %}


{# In a select list: the value as each format reads it, as time_1, time_2 ... #}
{% macro read_times(column, settings) -%}
    {%- for time_format in time_formats(settings) %}
        {{- parse_time(column, time_format) }} as time_{{ loop.index }}
        {{- ',\n        ' if not loop.last }}
    {%- endfor -%}
{%- endmacro %}


{#
    The UTC time of the columns that read_times makes. Of several formats it is the first that
    gives a possible time, else the first that gives any.

    Args:
        raw_column: the value that they were read from.
#}
{% macro utc_time(raw_column, settings) -%}
    {%- set times = [] -%}
    {%- for time_format in time_formats(settings) -%}
        {%- do times.append(
            utc_of_format('time_' ~ loop.index, raw_column, time_format, settings.time_zone)
        ) -%}
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


{# A time as one format has read it, in UTC; null if the clock of the zone skips it. #}
{% macro utc_of_format(time, raw_column, time_format, time_zone) -%}
    {%- if time_zone == 'UTC' or time_format in epoch_units()
        or '%z' in time_format or '%Z' in time_format -%}
    {{ time }}
    {%- elif time_format == 'iso' -%}
    case
            when
                {{ matches(
                    trimmed(raw_column), '.*:.*(Z|UTC|GMT|[+-]\\d{2}(:?\\d{2})?)'
                ) }}
                then {{ time }}
            else {{ utc_of_local(time, time_zone) }}
        end
    {%- else -%}
    {{ utc_of_local(time, time_zone) }}
    {%- endif -%}
{%- endmacro %}
