{#
    Whether a value of an attribute meets a rule of int_rule_values, whose columns are in
    scope. int_rules_met has the same conditions as joins, which are faster for many values.
#}
{% macro meets_rule(value) -%}
    (
        {{ value }} = equal_to
        or (operator = 'is_null' and {{ value }} is null)
        -- A time equals its day.
        or (
            try_cast(equal_to as date) is not null
            and cast(
                cast(try_cast({{ value }} as timestamp) as date)
                as {{ dbt.type_string() }}
            ) = equal_to
        )
        or (
            {{ parse_number(value) }} >= low_number
            and (operator = 'at_least' or {{ parse_number(value) }} <= high_number)
        )
        or (
            low_number is null
            and try_cast({{ value }} as timestamp) >= low_time
            and (
                operator = 'at_least'
                or try_cast({{ value }} as timestamp) <= high_time
            )
        )
    )
{%- endmacro %}
