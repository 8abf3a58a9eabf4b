-- Before the start, the units that were proposed.
with proposed as (
    select
        experiment_id,
        arm,
        count(*) as unit_count
    from {{ ref('int_proposed_assignments') }}
    group by experiment_id, arm
),

counts as (
    select
        counts.experiment_id,
        counts.pool,
        counts.arm,
        counts.share,
        coalesce(proposed.unit_count, counts.unit_count) as unit_count
    from {{ ref('int_experiment_arm_counts') }} as counts
    left join proposed
        on
            counts.experiment_id = proposed.experiment_id
            and counts.arm = proposed.arm
    where counts.counted = 'units'
),

expected as (
    select
        *,
        share / sum(share) over (partition by experiment_id, pool)
        * sum(unit_count) over (partition by experiment_id, pool) as expected_units
    from counts
),

final as (
    select
        cast(experiment_id as {{ dbt.type_string() }}) as experiment_id,
        cast(arm as {{ dbt.type_string() }}) as arm,
        cast(arm in ('treatment', 'control') as boolean) as is_contacted,
        cast(share as double) as share,
        cast(round(expected_units, 6) as double) as expected_units,
        cast(unit_count as bigint) as unit_count
    from expected
)

select * from final
