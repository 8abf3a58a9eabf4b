-- Whoever must not be contacted is in no audience and has no rank.
with listed as (
    {% for mart in [
        'customers', 'product_audiences', 'cold_start_audience', 'product_exclusions',
        'campaign_audiences', 'campaign_customers',
    ] %}
    select customer_id from {{ ref(mart) }}
    {{ 'union' if not loop.last }}
    {% endfor %}
)

select suppressed_customers.customer_id
from {{ ref('int_suppressed_customers') }} as suppressed_customers
inner join listed on suppressed_customers.customer_id = listed.customer_id
