{#
    A value as a time, or null where it is none. Times with a zone, and numbers, are UTC; others
    are local times of the setting `time_zone`: see utc_time.

    Args:
        time_format: one way to write a time; see input_settings.
#}
{% macro parse_time(column, time_format) -%}
    {%- set text = trimmed(column) -%}
    {%- if time_format == 'iso' -%}
        {%- set text = "replace(" ~ text ~ ", ',', '.')" -%}
        case
            when upper(typeof({{ column }})) = 'TIMESTAMP'
                {%- if target.type == 'spark' %}
                then try_cast({{ column }} as timestamp)
                {%- else %}
                -- Only DuckDB has infinite times.
                then
                    nullif(
                        nullif(try_cast({{ column }} as timestamp), timestamp 'infinity'),
                        timestamp '-infinity'
                    )
                {%- endif %}
            -- Not cast as a time with zone: that cast keeps the zone of one row for the
            -- next.
            when
                {{ matches(
                    text,
                    '\\d{4}-\\d{1,2}-\\d{1,2}([T ]\\d{1,2}:\\d{2}(:\\d{2}([.]\\d+)?)?)?'
                ) }}
                then try_cast({{ text }} as timestamp)
            when
                {{ matches(
                    text,
                    '\\d{4}-\\d{1,2}-\\d{1,2}[T ]\\d{1,2}:\\d{2}(:\\d{2}([.]\\d+)?)?\\s*'
                    ~ '(Z|UTC|GMT|[+-]\\d{2}(:?\\d{2})?)'
                ) }}
                {%- set text = replaced(text, '\\s*(Z|UTC|GMT)$', '+00:00') -%}
                {%- set text = replaced(
                    text, '([T ]\\d{1,2}:\\d{2})\\s*([+-]\\d{2}:?(?:\\d{2})?)$', '\\1:00\\2'
                ) -%}
                {%- set text = replaced(text, '\\s*([+-]\\d{2}):?(\\d{2})$', '\\1:\\2') %}
                {#-
                    A cast as a time without zone would drop the offset on DuckDB; Spark's
                    session is in UTC, and its cast needs the minutes of the offset.
                #}
                {%- if target.type == 'spark' %}
                then try_cast({{ replaced(text, '([+-]\\d{2})$', '\\1:00') }} as timestamp)
                {%- else %}
                then timezone('UTC', try_cast({{ text }} as timestamptz))
                {%- endif %}
        end
    {%- elif time_format.startswith('epoch_') -%}
        {{ time_of_epoch(column, time_format) }}
    {%- else -%}
        {{ time_by_pattern(text, time_format) }}
    {%- endif -%}
{%- endmacro %}
