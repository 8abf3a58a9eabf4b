with fitted_weights as (
    {{ kept_rows('evidence/fitted_weights', {
        'log_fingerprint': dbt.type_string(),
        'feature': dbt.type_string(),
        'weight': 'double',
    }) }}
)

select * from fitted_weights
