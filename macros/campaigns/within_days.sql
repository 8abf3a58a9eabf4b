{# Whether something happened in the last `days` calendar days; null days: at any time. #}
{% macro within_days(happened_at, as_of_at, days) -%}
    {{ happened_at }} is not null
                and (
                    {{ days }} is null
                    or {{ dbt.datediff(happened_at, as_of_at, 'day') }} <= {{ days }}
                )
{%- endmacro %}
