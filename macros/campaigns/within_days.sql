{# Whether something happened, and at most so many calendar days before; null days: ever. #}
{% macro within_days(happened_at, as_of_at, days) -%}
    {{ happened_at }} is not null
                and (
                    {{ days }} is null
                    or {{ dbt.datediff(happened_at, as_of_at, 'day') }} <= {{ days }}
                )
{%- endmacro %}
