{# Whole days between two times: 0 within the 24 hours that end with the later one. #}
{% macro days_before(time, as_of_at) -%}
    cast(floor({{ dbt.datediff(time, as_of_at, 'second') }} / 86400) as bigint)
{%- endmacro %}


{# A time as whole seconds since 1970, which a profile can hold. #}
{% macro seconds_of(time) -%}
    {{ dbt.datediff("cast('1970-01-01' as timestamp)", time, 'second') }}
{%- endmacro %}
