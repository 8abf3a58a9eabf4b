with runs as (
    select * from {{ ref('stg_build_runs') }}
    -- The run that makes this table is still running.
    where result <> 'running'
),

final as (
    select
        cast(run_number as bigint) as run_number,
        cast(program_name as {{ dbt.type_string() }}) as program_name,
        cast(started_at as timestamp) as started_at,
        cast(seconds as double) as seconds,
        cast(interaction_count as bigint) as interaction_count,
        cast(release_id as {{ dbt.type_string() }}) as release_id,
        cast(result as {{ dbt.type_string() }}) as result,
        cast(reason as {{ dbt.type_string() }}) as reason,
        cast(accepted_drift as {{ dbt.type_string() }}) as accepted_drift
    from runs
)

select * from final
