{#
    How many units of each arm got a contact other than that of the experiment in their
    attribution window. Contacts by others in one arm only would count as an effect: the
    difference between the shares, times what such a contact adds, is the error. An equal
    share in an arm and its holdout is no error of the difference.

    Each arm is compared with its holdout only: chance divides a pool into these two. Treatment
    and control are different customers, and others contact them differently by design.

    Arms of equal shares differ by chance, small ones by much. A difference counts as far as
    its interval reaches (Newcombe 1998, method 10), corrected for the number of pools and for
    both directions, because the largest one decides.
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
        replace(units.arm, '_holdout', '') as pool,
        count(*) as unit_count,
        count(contaminated.customer_id) as contaminated_count
    from units
    left join contaminated
        on
            units.experiment_id = contaminated.experiment_id
            and units.customer_id = contaminated.customer_id
    group by units.experiment_id, units.arm
),

-- A pool of one arm counts too: the intervals of the other are a little longer then.
pools as (
    select
        experiment_id,
        count(distinct pool) as pool_count
    from counted
    group by experiment_id
),

pooled as (
    select
        counted.*,
        pools.pool_count
    from counted
    inner join pools on counted.experiment_id = pools.experiment_id
),

shared as (
    select
        *,
        {{ share('contaminated_count', 'unit_count') }} as contaminated_share,
        {{ normal_quantile('0.05 / (2 * pool_count)') }} as width
    from pooled
),

-- Wilson's bounds of each share.
bounded as (
    select
        *,
        (
            contaminated_share + width * width / (2 * unit_count)
            - width * sqrt(
                contaminated_share * (1 - contaminated_share) / unit_count
                + power(width / (2 * cast(unit_count as double)), 2)
            )
        ) / (1 + width * width / unit_count) as share_low,
        (
            contaminated_share + width * width / (2 * unit_count)
            + width * sqrt(
                contaminated_share * (1 - contaminated_share) / unit_count
                + power(width / (2 * cast(unit_count as double)), 2)
            )
        ) / (1 + width * width / unit_count) as share_high
    from shared
),

differences as (
    select
        higher.experiment_id,
        max(
            higher.contaminated_share - lower.contaminated_share
            - sqrt(
                power(higher.contaminated_share - higher.share_low, 2)
                + power(lower.share_high - lower.contaminated_share, 2)
            )
        ) as difference_low
    from bounded as higher
    inner join bounded as lower
        on
            higher.experiment_id = lower.experiment_id
            and higher.pool = lower.pool
            and higher.arm <> lower.arm
    group by higher.experiment_id
),

final as (
    select
        shared.experiment_id,
        shared.arm,
        shared.unit_count,
        shared.contaminated_count,
        shared.contaminated_share,
        round(differences.difference_low, 12) as difference_low,
        coalesce(
            differences.difference_low > {{ var('contamination_limit') }}, false
        ) as is_too_high
    from shared
    left join differences on shared.experiment_id = differences.experiment_id
)

select * from final
