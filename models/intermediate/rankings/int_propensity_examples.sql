{#
    Customers at the first cutoff, and whether they come back before the second: what the return
    propensity learns from. The later cutoffs choose and confirm it.
#}
{{ config(materialized='view', tags=['evidence']) }}

with customers as (
    select * from {{ ref('int_cutoff_customers') }}
    where origin = 1
),

late_customers as (
    select distinct customer_id
    from {{ ref('int_late_pairs') }}
    where origin = 1
)

select
    customers.customer_id,
    {% for feature, sql in propensity_features('customers').items() %}
    cast({{ sql }} as double) as {{ feature }},
    {% endfor %}
    late_customers.customer_id is not null as is_late
from customers
left join late_customers on customers.customer_id = late_customers.customer_id
