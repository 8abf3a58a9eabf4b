with periods as (
    select * from {{ ref('int_holdout_periods') }}
),

log_window as (
    select * from {{ ref('int_log_window') }}
),

counts as (
    select
        period_from,
        count(*) as customer_count
    from {{ ref('int_global_holdout') }}
    group by period_from
),

final as (
    select
        cast(periods.period_from as date) as period_from,
        cast(periods.valid_until as date) as valid_until,
        cast(periods.is_current as boolean) as is_current,
        cast({{ var('global_holdout_share') }} as double) as holdout_share,
        cast({{ var('global_holdout_months') }} as bigint) as period_months,
        cast(
            case
                when periods.valid_until >= cast(log_window.as_of_at as date)
                    then coalesce(counts.customer_count, 0)
            end as bigint
        ) as held_out_customers
    from periods
    cross join log_window
    left join counts on periods.period_from = counts.period_from
)

select * from final
