with counts as (
    select * from {{ ref('int_experiment_arm_counts') }}
    where counted = 'units'
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
