{# The columns of seeds/channels.csv and their types; only the first may not be empty. #}
{% macro channel_columns() %}
    {{ return({
        'channel': dbt.type_string(),
        'frequency_cap': 'bigint',
        'cap_days': 'bigint',
        'minimum_gap_days': 'bigint',
        'quiet_weekdays': dbt.type_string(),
    }) }}
{% endmacro %}
