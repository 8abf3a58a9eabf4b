-- A suppressed customer has no rank and is in no audience.
with listed as (
    {% for mart in [
        'customers', 'product_audiences', 'cold_start_audience', 'product_exclusions',
        'campaign_audiences', 'campaign_customers', 'global_holdout',
        'lookup_orders', 'lookup_later_places',
    ] %}
    select cast(customer_id as {{ dbt.type_string() }}) as customer_id
    from {{ ref(mart) }}
    union
    {% endfor %}
    select assignments.unit_id as customer_id
    from {{ ref('experiment_assignments') }} as assignments
    inner join {{ ref('stg_experiments') }} as experiments
        on assignments.experiment_id = experiments.experiment_id
    where experiments.campaign_id is not null
)

select suppressed_customers.customer_id
from {{ ref('int_suppressed_customers') }} as suppressed_customers
inner join listed
    on
        cast(suppressed_customers.customer_id as {{ dbt.type_string() }})
        = listed.customer_id
