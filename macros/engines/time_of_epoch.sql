{#
    The time so many units after 1970 began. A number in scientific notation has lost digits,
    and is none.

    Args:
        time_format: epoch_s, epoch_ms, epoch_us or epoch_ns.
#}
{% macro time_of_epoch(column, time_format) -%}
    {%- set per_second = {
        'epoch_s': 1, 'epoch_ms': 1000, 'epoch_us': 1000000, 'epoch_ns': 1000000000,
    }[time_format] -%}
    {#-
        18 digits hold the years 1 to 9999 in microseconds, and make_timestamp fails for
        others; more digits are a hundred times slower. Nanoseconds end in the year 2262.
    -#}
    {%- set type = {
        1: 'decimal(18, 6)', 1000: 'decimal(18, 3)', 1000000: 'decimal(18, 0)',
    }.get(per_second, 'bigint') -%}
    {%- set text = 'cast(' ~ column ~ ' as ' ~ dbt.type_string() ~ ')' -%}
    {%- set number = 'try_cast(' ~ column ~ ' as ' ~ type ~ ')' -%}
    {%- if per_second > 1000000 -%}
        {%- set microseconds -%}
            cast(round(({{ number }} - {{ number }} % 1000) / 1000) as bigint)
        {%- endset -%}
    {%- else -%}
        {%- set per_unit = 1000000 // per_second -%}
        {%- set microseconds = 'cast(floor(' ~ number ~ ') as bigint) * ' ~ per_unit
            ~ ' + cast((' ~ number ~ ' - floor(' ~ number ~ ')) * ' ~ per_unit
            ~ ' as bigint)' -%}
    {%- endif -%}
    case
        when
            contains({{ text }}, 'e') or contains({{ text }}, 'E')
            or contains({{ text }}, '_')
            then null
        {%- if per_second > 1000000 %}
        when {{ number }} is not null
        {%- else %}
        when
            {{ number }} >= {{ -62135596800 * per_second }}
            and {{ number }} < {{ 253402300800 * per_second }}
        {%- endif %}
            {%- if target.type == 'spark' %}
            then timestamp_micros(cast({{ microseconds }} as bigint))
            {%- else %}
            then make_timestamp({{ microseconds }})
            {%- endif %}
    end
{%- endmacro %}
