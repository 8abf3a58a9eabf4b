with tenths as (
    select * from {{ ref('targeting_lift') }}
    where decile is not null
),

evaluation_window as (
    select * from {{ ref('int_evaluation_window') }}
),

differences as (
    select
        origin,
        ranking_kind,
        ranking,
        outcome,
        decile,
        random_response_rate,
        audience_size - lag(audience_size, 1, 0) over one_ranking as customer_count,
        responders - lag(responders, 1, 0) over one_ranking as responders
    from tenths
    window one_ranking as (
        partition by origin, ranking, outcome
        order by decile
    )
),

typed as (
    select
        cast(origin as bigint) as origin,
        cast(ranking_kind as {{ dbt.type_string() }}) as ranking_kind,
        cast(ranking as {{ dbt.type_string() }}) as ranking,
        cast(outcome as {{ dbt.type_string() }}) as outcome,
        cast(decile as bigint) as decile,
        cast(customer_count as bigint) as customer_count,
        cast(responders as double) as responders,
        {{ share('responders', 'customer_count') }} as response_rate,
        {{ wilson_interval('low', 'responders', 'customer_count') }}
            as response_rate_low,
        {{ wilson_interval('high', 'responders', 'customer_count') }}
            as response_rate_high,
        cast(
            {{ share('responders', 'customer_count') }}
            / nullif(random_response_rate, 0) as double
        ) as lift
    from differences
),

final as (
    select
        typed.*,
        evaluation_window.measured_until
    from typed
    cross join evaluation_window
)

select * from final
