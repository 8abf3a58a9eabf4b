with totals as (
    select * from {{ ref('int_ranking_totals') }}
),

intervals as (
    select * from {{ ref('int_ranking_intervals') }}
),

origins as (
    select * from {{ ref('int_rolling_origins') }}
),

evaluation_window as (
    select * from {{ ref('int_evaluation_window') }}
),

final as (
    select
        cast(totals.decision as {{ dbt.type_string() }}) as decision,
        cast(totals.origin as bigint) as origin,
        cast(totals.ranking as {{ dbt.type_string() }}) as ranking,
        cast(origins.is_split as boolean) as is_split,
        cast(totals.product_count as bigint) as product_count,
        cast(totals.place_count as bigint) as place_count,
        cast(totals.customer_count as bigint) as customer_count,
        cast(totals.hit_count as bigint) as hit_count,
        cast(totals.hit_count as double) / totals.place_count as hit_share,
        intervals.hit_share_low,
        intervals.hit_share_high,
        cast(totals.chance_hit_count / totals.place_count as double)
            as chance_hit_share,
        evaluation_window.measured_until
    from totals
    inner join intervals
        on
            totals.decision = intervals.decision
            and totals.origin = intervals.origin
            and totals.ranking = intervals.ranking
    inner join origins on totals.origin = origins.origin
    cross join evaluation_window
)

select * from final
