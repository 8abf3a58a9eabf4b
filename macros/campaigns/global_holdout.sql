{# Whether there is a global holdout: customers whom no list contains. #}
{% macro has_global_holdout() %}
    {{ return(var('global_holdout_share') | float > 0) }}
{% endmacro %}


{# The first day of its first period. #}
{% macro global_holdout_from() %}
    {{ return("cast('" ~ setting_time(var('global_holdout_from'), '')[:10] ~ "' as date)") }}
{% endmacro %}


{#
    Whether a customer is held out in the period that begins on a day: the same on every run,
    and independent of the holdouts of campaigns and of the arms of experiments, because their
    hashes begin with another name.
#}
{% macro is_held_out(period_from, customer_id) -%}
    {%- set text = "'holdout:' || cast(" ~ period_from ~ ' as ' ~ dbt.type_string()
        ~ ") || ':' || cast(" ~ customer_id ~ ' as ' ~ dbt.type_string() ~ ')' -%}
    {{ hash_number(text) }}
        < {{ var('global_holdout_share') }} * 268435456
{%- endmacro %}


{# A day so many months later; the last day of a month that is too short. #}
{% macro months_later(months, day) -%}
    cast({{ day }} + interval '1' month * ({{ months }}) as date)
{%- endmacro %}
