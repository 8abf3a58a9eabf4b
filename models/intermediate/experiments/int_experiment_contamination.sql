{#
    How many units of each arm got a contact other than that of the experiment in their
    attribution window. Contacts by others in one arm only would count as an effect: the
    difference between the shares, times what such a contact adds, is the error. An equal
    share in all arms is no error of the difference.
#}
with contacts as (
    select * from {{ ref('stg_contacts') }}
    where outcome = 'accepted'
),

experiments as (
    select * from {{ ref('int_experiment_designs') }}
),

units as (
    select
        contacts.experiment_id,
        contacts.experiment_arm as arm,
        contacts.campaign_id,
        contacts.customer_id,
        experiments.attribution_days,
        max(contacts.product_id) as product_id,
        min(contacts.contacted_at) as contacted_at
    from contacts
    inner join experiments on contacts.experiment_id = experiments.experiment_id
    group by
        contacts.experiment_id, contacts.experiment_arm, contacts.campaign_id,
        contacts.customer_id, experiments.attribution_days
),

-- A contact log may repeat the contact of the experiment itself.
contaminated as (
    select
        units.experiment_id,
        units.customer_id
    from units
    inner join contacts on units.customer_id = contacts.customer_id
    where
        contacts.arm = 'contact'
        and (
            contacts.experiment_id is null
            or contacts.experiment_id <> units.experiment_id
        )
        and cast(contacts.contacted_at as date) >= cast(units.contacted_at as date)
        and {{ dbt.datediff('units.contacted_at', 'contacts.contacted_at', 'day') }}
        < units.attribution_days
        and not (
            units.arm not like '%holdout'
            and not contacts.is_exported
            and cast(contacts.contacted_at as date) = cast(units.contacted_at as date)
            and coalesce(contacts.campaign_id, units.campaign_id) = units.campaign_id
            and coalesce(contacts.product_id, units.product_id) = units.product_id
        )
    group by units.experiment_id, units.customer_id
),

counted as (
    select
        units.experiment_id,
        units.arm,
        count(*) as unit_count,
        count(contaminated.customer_id) as contaminated_count
    from units
    left join contaminated
        on
            units.experiment_id = contaminated.experiment_id
            and units.customer_id = contaminated.customer_id
    group by units.experiment_id, units.arm
),

shared as (
    select
        *,
        {{ share('contaminated_count', 'unit_count') }} as contaminated_share
    from counted
),

final as (
    select
        *,
        max(contaminated_share) over (partition by experiment_id)
        - min(contaminated_share) over (partition by experiment_id)
        > {{ var('contamination_limit') }} as is_too_high
    from shared
)

select * from final
