{# The end of the days that the setting does not choose: int_trial_scores has both. #}
{% set other_until = 'customers.last_interaction_at' %}
{% if var('frequency_days') == 'active' %}
{% set other_until = 'origins.split_at' %}
{% endif %}

with customers as (
    select * from {{ ref('int_cutoff_customers') }}
),

origins as (
    select * from {{ ref('int_rolling_origins') }}
),

late_customers as (
    select
        origin,
        customer_id,
        count(case when is_purchased then 1 end) > 0 as is_purchaser
    from {{ ref('int_late_pairs') }}
    group by origin, customer_id
),

final as (
    select
        customers.origin,
        customers.customer_id,
        customers.last_interaction_at,
        {{ for_each_feature('customers.{feature}') }},
        cast(customers.total_interactions as double)
        / (
            {{ dbt.datediff(
                'customers.first_interaction_at', other_until, 'day'
            ) }} + 1
        ) as other_interaction_frequency,
        late_customers.customer_id is not null as is_late,
        coalesce(late_customers.is_purchaser, false) as is_late_purchaser
    from customers
    inner join origins on customers.origin = origins.origin
    left join late_customers
        on
            customers.origin = late_customers.origin
            and customers.customer_id = late_customers.customer_id
)

select * from final
