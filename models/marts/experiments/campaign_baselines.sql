with baselines as (
    select * from {{ ref('int_baselines') }}
    where campaign_id is not null
),

final as (
    select
        cast(campaign_id as {{ dbt.type_string() }}) as campaign_id,
        cast(attribution_days as bigint) as attribution_days,
        cast(metric as {{ dbt.type_string() }}) as metric,
        cast(customer_count as bigint) as customer_count,
        cast(mean as double) as mean,
        cast(variance as double) as variance,
        cast(measured_until as timestamp) as measured_until
    from baselines
)

select * from final
