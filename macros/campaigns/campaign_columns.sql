{# The columns of seeds/campaigns.csv and their types; the optional ones may be empty. #}
{% macro campaign_columns() %}
    {{ return({
        'campaign_id': dbt.type_string(),
        'campaign_name': dbt.type_string(),
        'is_active': 'boolean',
        'starts_on': 'date',
        'ends_on': 'date',
        'audience_size': 'bigint',
        'frequency_cap': 'bigint',
        'product_limit': 'bigint',
        'active_within_days': 'bigint',
        'required_event': dbt.type_string(),
        'required_within_days': 'bigint',
        'exclude': dbt.type_string(),
        'exclude_within_days': 'bigint',
        'holdout_share': 'double',
        'cost_per_contact': 'double',
        'value_per_conversion': 'double',
        'response_days': 'bigint',
        'priority': 'bigint',
        'channel': dbt.type_string(),
        'objective': dbt.type_string(),
        'exploration_share': 'double',
        'diversity_weight': 'double',
        'coverage_weight': 'double',
    }) }}
{% endmacro %}
