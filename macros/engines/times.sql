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
