{#
    The engagement score of each customer at each cutoff, as a query.

    Args:
        scale: on which features are normalized; the setting `score_scale` if none.
#}
{% macro engagement_at_cutoffs(scale=none) %}
with customers as (
    select * from {{ ref('int_cutoff_customers') }}
),

feature_weights as (
    select * from {{ ref('int_weight_sets') }}
    where is_in_use
),

bounds as (
    select
        origin,
        {{ feature_bounds() }}
    from {{ ref('int_cutoff_customers') }}
    group by origin
)

select
    customers.origin,
    customers.customer_id,
    {{ engagement_score('customers', scale=scale) }} as score
from customers
inner join bounds on customers.origin = bounds.origin
cross join feature_weights
{% endmacro %}
