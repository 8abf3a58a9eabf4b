{#
    A time as a UTC timestamp, or null where the value is none. Text without a zone is UTC.

    Args:
        time_format: how the input writes it: see input_settings.
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
            -- Without a zone it is UTC. Not cast as a time with zone: that cast keeps the
            -- zone of one row for the next.
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
    {%- elif time_format in ['epoch_s', 'epoch_ms'] -%}
        {%- set per_second = 1 if time_format == 'epoch_s' else 1000 -%}
        {#-
            18 digits hold the years 1 to 9999 in microseconds, and make_timestamp fails for
            others; more digits are a hundred times slower.
        -#}
        {%- set number -%}
            try_cast({{ column }} as decimal(18, {{ 6 if per_second == 1 else 3 }}))
        {%- endset -%}
        {%- set per_unit = 1000000 // per_second -%}
        case
            when
                {{ number }} >= {{ -62135596800 * per_second }}
                and {{ number }} < {{ 253402300800 * per_second }}
                then {{ time_of_microseconds(
                    'cast(floor(' ~ number ~ ') as bigint) * ' ~ per_unit
                    ~ ' + cast((' ~ number ~ ' - floor(' ~ number ~ ')) * ' ~ per_unit
                    ~ ' as bigint)'
                ) }}
        end
    {%- else -%}
        {{ time_by_pattern(text, time_format) }}
    {%- endif -%}
{%- endmacro %}
