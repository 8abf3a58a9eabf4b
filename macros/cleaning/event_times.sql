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


{#
    Why a time cannot be used, as branches of a case: none of the formats reads it, the clock
    skips it, or it is before or after all that the settings allow.

    Args:
        time: the UTC time of utc_time.
        raw_column, column: the value, and our name of its column.
#}
{% macro time_defects(time, raw_column, column, settings) -%}
    {%- if settings.time_zone != 'UTC' -%}
    {%- set times = [] -%}
    {%- for _ in time_formats(settings) %}{% do times.append('time_' ~ loop.index) %}{% endfor -%}
    when {{ time }} is null and coalesce(null, {{ times | join(', ') }}) is not null
                then '{{ time_reasons(column).skipped }}'
            {% endif -%}
    {%- if 'iso' in time_formats(settings) -%}
    when
                {{ time }} is null
                and {{ matches(
                    trimmed(raw_column),
                    '\\d{4}-\\d{1,2}-\\d{1,2}[T ]\\d{1,2}:\\d{2}[0-9:.]*\\s*[A-Za-z]{3,}.*'
                ) }}
                then '{{ time_reasons(column).named_zone }}'
            {% endif -%}
    when {{ time }} is null
                then {{ defect(raw_column, column, 'unparseable') }}
            when {{ time }} < {{ settings.earliest }}
                then '{{ time_reasons(column).early }}'
            when {{ time }} > {{ settings.latest }}
                then '{{ time_reasons(column).late }}'
{%- endmacro %}


{# The reasons for which a time that can be read is rejected. #}
{% macro time_reasons(column) %}
    {{ return({
        'early': column ~ ' before earliest_event',
        'late': column ~ ' after latest_event',
        'skipped': column ~ ' skipped by time_zone',
        'named_zone': column ~ ' with a zone name: set time_zone',
    }) }}
{% endmacro %}
