{#
    The probability that a customer comes back, by a logistic regression that `audience evidence`
    fits at the first cutoff. Without it, or at that cutoff, no customer has a score.
#}
{{ config(materialized='ephemeral') }}

{% set features = propensity_features('customers') %}

with customers as (
    select * from {{ ref('int_cutoff_customers') }}
    where origin <> 1
),

training_log as (
    select * from {{ ref('int_training_log') }}
),

weights as (
    select
        {% for feature in features %}
        max(case when fitted.feature = '{{ feature }}' then fitted.weight end)
            as {{ feature }}_weight,
        {% endfor %}
        max(case when fitted.feature = 'intercept' then fitted.weight end) as intercept
    from {{ ref('stg_return_propensity') }} as fitted
    inner join training_log on fitted.log_fingerprint = training_log.log_fingerprint
    having count(*) > 0
)

select
    customers.origin,
    customers.customer_id,
    round(
        1 / (
            1 + exp(
                -(
                    weights.intercept
                    {% for feature, sql in features.items() %}
                    + weights.{{ feature }}_weight * {{ sql }}
                    {% endfor %}
                )
            )
        ),
        12
    ) as score
from customers
cross join weights
