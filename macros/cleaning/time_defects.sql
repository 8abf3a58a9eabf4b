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
    {%- for _ in settings.time_formats %}{% do times.append('time_' ~ loop.index) %}{% endfor -%}
    when {{ time }} is null and coalesce(null, {{ times | join(', ') }}) is not null
                then '{{ column }} skipped by time_zone'
            {% endif -%}
    {%- if 'iso' in settings.time_formats -%}
    when
                {{ time }} is null
                and {{ matches(
                    trimmed(raw_column),
                    '\\d{4}-\\d{1,2}-\\d{1,2}[T ]\\d{1,2}:\\d{2}[0-9:.]*\\s*[A-Za-z]{3,}.*'
                ) }}
                then '{{ column }} with a zone name: set time_zone'
            {% endif -%}
    when {{ time }} is null
                then {{ defect(raw_column, column, 'unparseable') }}
            when {{ time }} < {{ settings.earliest }}
                then '{{ column }} before earliest_event'
            when {{ time }} > {{ settings.latest }}
                then '{{ column }} after latest_event'
{%- endmacro %}
