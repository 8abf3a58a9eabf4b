{#
    The setting as_of as a SQL timestamp; a date stands for its end, so that its interactions
    count. None where the setting is null.
#}
{% macro as_of_literal() %}
    {% set value = var('as_of') %}
    {% if value is none %}{{ return(none) }}{% endif %}
    {{ return("timestamp '" ~ setting_time(value, '23:59:59.999999') ~ "'") }}
{% endmacro %}
