{#
    Activity, plus how much of the product's attributes and neighbours the customer touched.
    Without a signal it is activity.
#}
{{ config(materialized='ephemeral') }}

select
    origin,
    product_id,
    customer_id,
    round({{ hybrid_parts().values() | join(' + ') }}, 9) as score
from {{ ref('int_candidates') }}
