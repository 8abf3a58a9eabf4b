{# Two files, of past cutoffs and of now: a build may renew the latter alone. #}
with als_rankings as (
    {% for file in ['evidence/als_rankings', 'evidence/now/als_rankings'] %}
    {{ kept_rows(file, {
        'log_fingerprint': dbt.type_string(),
        'origin': 'bigint',
        'product_id': id_type(),
        'customer_id': id_type(),
        'score': 'double',
    }, optional=['origin', 'score']) }}
    {{ 'union all' if not loop.last }}
    {% endfor %}
)

select * from als_rankings
