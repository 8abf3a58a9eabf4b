with decisions as (
    select * from {{ ref('int_ranking_decisions') }}
),

evaluation_window as (
    select * from {{ ref('int_evaluation_window') }}
),

final as (
    select
        cast(decisions.decision as {{ dbt.type_string() }}) as decision,
        cast(decisions.ranking as {{ dbt.type_string() }}) as ranking,
        cast(decisions.compared_with as {{ dbt.type_string() }}) as compared_with,
        cast(decisions.is_served as boolean) as is_served,
        cast(decisions.served_ranking as {{ dbt.type_string() }}) as served_ranking,
        cast(decisions.hit_count as bigint) as hit_count,
        cast(decisions.compared_hit_count as bigint) as compared_hit_count,
        cast(decisions.difference as double) as difference,
        cast(decisions.difference_low as double) as difference_low,
        cast(decisions.difference_high as double) as difference_high,
        cast(decisions.confirming_difference as double) as confirming_difference,
        cast(decisions.confirming_low as double) as confirming_low,
        cast(decisions.confirming_high as double) as confirming_high,
        cast(decisions.reason as {{ dbt.type_string() }}) as reason,
        evaluation_window.measured_until
    from decisions
    cross join evaluation_window
)

select * from final
