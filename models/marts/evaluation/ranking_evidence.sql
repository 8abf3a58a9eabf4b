with totals as (
    select * from {{ ref('int_ranking_totals') }}
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
        -- Of a sum over customers who come and go independently.
        cast(
            round(
                greatest(
                    totals.hit_count
                    - 1.959963984540054 * sqrt(cast(totals.squared_hits as double)),
                    0
                ) / totals.place_count,
                12
            ) as double
        ) as hit_share_low,
        cast(
            round(
                least(
                    -- No hit at all: the exact bound of a Poisson count.
                    greatest(
                        totals.hit_count
                        + 1.959963984540054 * sqrt(cast(totals.squared_hits as double)),
                        3.688879
                    ) / totals.place_count,
                    1
                ),
                12
            ) as double
        ) as hit_share_high,
        cast(totals.chance_hit_count / totals.place_count as double)
            as chance_hit_share,
        evaluation_window.measured_until
    from totals
    inner join origins on totals.origin = origins.origin
    cross join evaluation_window
)

select * from final
