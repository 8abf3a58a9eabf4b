-- Each row of a side input is accepted or rejected.
{% set models = [
    'stg_contacts',
    'stg_customer_attributes',
    'stg_experiment_units',
    'stg_product_attributes',
    'stg_suppressions',
] %}
with nameless as (
    {% for model in models %}
    select
        '{{ model }}' as table_name,
        count(*) as row_count
    from {{ ref(model) }}
    where outcome is null
    {{ 'union all' if not loop.last }}
    {% endfor %}
)

select
    'Table ' || table_name || ': ' || cast(row_count as {{ dbt.type_string() }})
    || ' rows have no outcome, expected one in each' as problem
from nameless
where row_count > 0
