with als_rankings as (
    {{ kept_rows('evidence/als_rankings', {
        'log_fingerprint': dbt.type_string(),
        'product_id': id_type(),
        'customer_id': id_type(),
        'recommendation_rank': 'bigint',
    }) }}
)

select * from als_rankings
