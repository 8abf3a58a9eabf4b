with contamination as (
    select * from {{ ref('int_experiment_contamination') }}
),

final as (
    select
        cast(experiment_id as {{ dbt.type_string() }}) as experiment_id,
        cast(arm as {{ dbt.type_string() }}) as arm,
        cast(unit_count as bigint) as unit_count,
        cast(contaminated_count as bigint) as contaminated_count,
        cast(contaminated_share as double) as contaminated_share,
        cast(difference_low as double) as difference_low,
        cast(is_too_high as boolean) as is_too_high
    from contamination
)

select * from final
