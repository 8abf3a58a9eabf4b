{#
    A started experiment has its units from the ledger, or brought them; another one those
    that it would have now.
#}
with experiments as (
    select experiment_id
    from {{ ref('stg_experiments') }}
    where is_active
),

contacts as (
    select * from {{ ref('stg_contacts') }}
    where experiment_id is not null
),

proposed as (
    select * from {{ ref('int_proposed_assignments') }}
),

brought as (
    select * from {{ ref('stg_experiment_units') }}
    where outcome = 'accepted'
),

suppressed_customers as (
    select * from {{ ref('int_suppressed_customers') }}
),

-- Customers who opted out since count in their arm, and are not in this table.
started as (
    select
        contacts.experiment_id,
        contacts.customer_id,
        min(contacts.experiment_arm) as arm,
        min(contacts.product_id) as product_id,
        min(contacts.contacted_at) as contacted_at,
        min(contacts.score_class) as score_class
    from contacts
    inner join experiments on contacts.experiment_id = experiments.experiment_id
    left join suppressed_customers
        on contacts.customer_id = suppressed_customers.customer_id
    where suppressed_customers.customer_id is null
    group by contacts.experiment_id, contacts.customer_id
),

combined as (
    select
        experiment_id,
        cast(customer_id as {{ dbt.type_string() }}) as unit_id,
        arm,
        product_id,
        cast(contacted_at as date) as contacted_on,
        true as has_started,
        score_class
    from started
    union all
    select
        experiment_id,
        cast(customer_id as {{ dbt.type_string() }}) as unit_id,
        arm,
        product_id,
        cast(null as date) as contacted_on,
        false as has_started,
        score_class
    from proposed
    union all
    select
        brought.experiment_id,
        brought.unit_id,
        brought.arm,
        cast(null as {{ id_type() }}) as product_id,
        cast(null as date) as contacted_on,
        true as has_started,
        cast(null as {{ dbt.type_string() }}) as score_class
    from brought
    inner join experiments on brought.experiment_id = experiments.experiment_id
),

final as (
    select
        cast(experiment_id as {{ dbt.type_string() }}) as experiment_id,
        cast(unit_id as {{ dbt.type_string() }}) as unit_id,
        cast(arm as {{ dbt.type_string() }}) as arm,
        cast(product_id as {{ id_type() }}) as product_id,
        cast(contacted_on as date) as contacted_on,
        cast(has_started as boolean) as has_started,
        cast(score_class as {{ dbt.type_string() }}) as score_class
    from combined
)

select * from final
