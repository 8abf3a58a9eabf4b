{# A time so many days later. (dbt.dateadd drops fractions of a second on Spark.) #}
{% macro days_later(days, time) -%}
    cast({{ time }} as timestamp) + interval '1' day * {{ days }}
{%- endmacro %}


{# The earliest time that at least such a share of the rows have reached. #}
{% macro time_quantile(share, time) -%}
    {{ adapter.dispatch('time_quantile')(share, time) }}
{%- endmacro %}


{% macro default__time_quantile(share, time) -%}
    percentile_disc({{ share }}) within group (order by {{ time }})
{%- endmacro %}


{% macro spark__time_quantile(share, time) -%}
    {{ time_of_microseconds(
        'percentile_disc(' ~ share ~ ') within group (order by unix_micros(' ~ time ~ '))'
    ) }}
{%- endmacro %}


{# The time so many microseconds after 1970 began. #}
{% macro time_of_microseconds(number) -%}
    {{ adapter.dispatch('time_of_microseconds')(number) }}
{%- endmacro %}


{% macro default__time_of_microseconds(number) -%}
    make_timestamp({{ number }})
{%- endmacro %}


{% macro spark__time_of_microseconds(number) -%}
    timestamp_micros(cast({{ number }} as bigint))
{%- endmacro %}


{# What a column of times holds, as a time; null where it is infinite. #}
{% macro finite_time(column) -%}
    {{ adapter.dispatch('finite_time')(column) }}
{%- endmacro %}


{% macro default__finite_time(column) -%}
    nullif(
        nullif(try_cast({{ column }} as timestamp), timestamp 'infinity'),
        timestamp '-infinity'
    )
{%- endmacro %}


{% macro spark__finite_time(column) -%}
    try_cast({{ column }} as timestamp)
{%- endmacro %}


{# The UTC time of a text that ends in an offset such as +01:00 or +01; null if it is none. #}
{% macro time_with_offset(text) -%}
    {{ adapter.dispatch('time_with_offset')(text) }}
{%- endmacro %}


{# A cast as a time without zone would drop the offset. #}
{% macro default__time_with_offset(text) -%}
    timezone('UTC', try_cast({{ text }} as timestamptz))
{%- endmacro %}


{# The session's zone is UTC. #}
{% macro spark__time_with_offset(text) -%}
    try_cast({{ replaced(text, '([+-]\\d{2})$', '\\1:00') }} as timestamp)
{%- endmacro %}


{# The UTC time of a text, by a strptime pattern; null if it is none. #}
{% macro time_by_pattern(text, pattern) -%}
    {{ adapter.dispatch('time_by_pattern')(text, pattern) }}
{%- endmacro %}


{% macro default__time_by_pattern(text, pattern) -%}
    timezone('UTC', cast(try_strptime(
            {{ text }},
            {{ text_literal(pattern) }}
        ) as timestamptz))
{%- endmacro %}


{% macro spark__time_by_pattern(text, pattern) -%}
    {#- Numbers may have fewer digits, except where nothing else divides them. -#}
    {%- set width = 2 if modules.re.search('%[a-zA-Z]%[a-zA-Z]', pattern) else 1 -%}
    {%- set letters = {
        'Y': 'yyyy', 'y': 'yy', 'm': 'M' * width, 'd': 'd' * width, 'H': 'H' * width,
        'I': 'h' * width, 'M': 'm' * width, 'S': 's' * width, 'f': 'SSSSSS', 'b': 'MMM',
        'B': 'MMMM', 'a': 'EEE', 'A': 'EEEE', 'p': 'a', 'z': 'XX', '%': '%',
    } -%}
    {%- set parts = [] -%}
    {%- for part in modules.re.findall('%.|[^%]+', pattern) -%}
        {%- if part[0] != '%' -%}
            {%- do parts.append(modules.re.sub('([a-zA-Z]+)', "'\\1'", part)) -%}
        {%- elif part[1] in letters -%}
            {%- do parts.append(letters[part[1]]) -%}
        {%- else -%}
            {{ stop_for_setting(
                'time_format', pattern, 'on Spark only %' ~ letters | join(', %')
            ) }}
        {%- endif -%}
    {%- endfor -%}
    try_to_timestamp({{ text }}, {{ text_literal(parts | join('')) }})
{%- endmacro %}
