with return_propensity as (
    {{ kept_rows('evidence/return_propensity', {
        'log_fingerprint': dbt.type_string(),
        'feature': dbt.type_string(),
        'weight': 'double',
    }) }}
)

select * from return_propensity
