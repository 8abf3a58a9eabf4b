{# A time so many days later. (dbt.dateadd drops fractions of a second on Spark.) #}
{% macro days_later(days, time) -%}
    cast({{ time }} as timestamp) + interval '1' day * {{ days }}
{%- endmacro %}


{# The earliest time that at least such a share of the rows have reached. #}
{% macro time_quantile(share, time) -%}
    {%- if target.type == 'spark' -%}
    {{ time_of_microseconds(
        'percentile_disc(' ~ share ~ ') within group (order by unix_micros(' ~ time ~ '))'
    ) }}
    {%- else -%}
    percentile_disc({{ share }}) within group (order by {{ time }})
    {%- endif -%}
{%- endmacro %}


{# The time so many microseconds after 1970 began. #}
{% macro time_of_microseconds(number) -%}
    {%- if target.type == 'spark' -%}
    timestamp_micros(cast({{ number }} as bigint))
    {%- else -%}
    make_timestamp({{ number }})
    {%- endif -%}
{%- endmacro %}


{# The value of a column of times; null where it is infinite, which only DuckDB knows. #}
{% macro finite_time(column) -%}
    {%- if target.type == 'spark' -%}
    try_cast({{ column }} as timestamp)
    {%- else -%}
    nullif(
        nullif(try_cast({{ column }} as timestamp), timestamp 'infinity'),
        timestamp '-infinity'
    )
    {%- endif -%}
{%- endmacro %}


{#
    The UTC time of a text that ends in an offset such as +01:00 or +01; null if it is none.
    On DuckDB a cast as a time without zone would drop the offset; Spark's session is in UTC.
#}
{% macro time_with_offset(text) -%}
    {%- if target.type == 'spark' -%}
    try_cast({{ replaced(text, '([+-]\\d{2})$', '\\1:00') }} as timestamp)
    {%- else -%}
    timezone('UTC', try_cast({{ text }} as timestamptz))
    {%- endif -%}
{%- endmacro %}
