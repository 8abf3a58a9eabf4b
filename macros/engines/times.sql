{# The earliest time that at least such a share of the rows have reached. #}
{% macro time_quantile(share, time) -%}
    {%- if target.type == 'spark' -%}
    timestamp_micros(cast(
        percentile_disc({{ share }}) within group (order by unix_micros({{ time }}))
        as bigint
    ))
    {%- else -%}
    percentile_disc({{ share }}) within group (order by {{ time }})
    {%- endif -%}
{%- endmacro %}


{# The local time in a zone at a UTC time. #}
{% macro local_time(time, zone) -%}
    {%- if target.type == 'spark' -%}
    from_utc_timestamp({{ time }}, {{ text_literal(zone) }})
    {%- else -%}
    timezone({{ text_literal(zone) }}, timezone('UTC', {{ time }}))
    {%- endif -%}
{%- endmacro %}


{#
    The UTC time at which a clock of a zone shows a time: the first, where the clock is put
    back and shows an hour twice; none, where it skips an hour. DuckDB takes the second of two,
    Spark the first, and both a time near it where there is none.
#}
{% macro utc_of_local(time, zone) -%}
    {%- if target.type == 'spark' -%}
    {%- set utc = 'to_utc_timestamp(' ~ time ~ ', ' ~ text_literal(zone) ~ ')' -%}
    {%- else -%}
    {%- set utc = "timezone('UTC', timezone(" ~ text_literal(zone) ~ ', ' ~ time ~ '))' -%}
    {%- endif -%}
    {%- set hour_before = utc ~ " - interval '1' hour" -%}
    case
        when {{ local_time(utc, zone) }} <> {{ time }} then null
        when {{ local_time(hour_before, zone) }} = {{ time }} then {{ hour_before }}
        else {{ utc }}
    end
{%- endmacro %}
