{#
    Whether the global holdout, whom no list contains, has a customer in the period that begins
    on a day: the same on every run,
    and independent of the holdouts of campaigns and of the arms of experiments, because their
    hashes begin with another name.
#}
{% macro is_held_out(period_from, customer_id) -%}
    {%- set text = "'holdout:' || cast(" ~ period_from ~ ' as ' ~ dbt.type_string()
        ~ ") || ':' || cast(" ~ customer_id ~ ' as ' ~ dbt.type_string() ~ ')' -%}
    {{ hash_number(text) }}
        < {{ var('global_holdout_share') }} * 268435456
{%- endmacro %}
