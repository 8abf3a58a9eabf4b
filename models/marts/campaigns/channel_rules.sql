with channels as (
    select * from {{ ref('stg_channels') }}
),

final as (
    select
        cast(channel as {{ dbt.type_string() }}) as channel,
        cast(frequency_cap as bigint) as frequency_cap,
        cast(cap_days as bigint) as cap_days,
        cast(minimum_gap_days as bigint) as minimum_gap_days,
        cast(quiet_weekdays as {{ dbt.type_string() }}) as quiet_weekdays
    from channels
)

select * from final
