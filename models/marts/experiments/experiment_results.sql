with statistics as (
    select * from {{ ref('int_experiment_statistics') }}
),

aggregates as (
    select * from {{ ref('int_experiment_aggregates') }}
),

experiments as (
    select
        experiments.experiment_id,
        experiments.metrics,
        coalesce(experiments.value_per_conversion, campaigns.value_per_conversion)
            as value_per_conversion
    from {{ ref('stg_experiments') }} as experiments
    left join {{ ref('stg_campaigns') }} as campaigns
        on experiments.campaign_id = campaigns.campaign_id
),

-- What the arm that is looked at cost.
costs as (
    select
        experiment_id,
        max(cost) as cost
    from aggregates
    where arm = 'treatment'
    group by experiment_id
),

control_costs as (
    select
        experiment_id,
        max(cost) as cost
    from aggregates
    where arm = 'control'
    group by experiment_id
),

priced as (
    select
        statistics.*,
        experiments.value_per_conversion,
        experiments.metrics = statistics.metric
        or experiments.metrics like statistics.metric || '|%' as is_primary,
        case
            when statistics.comparison = 'contact of control' then control_costs.cost
            when statistics.comparison <> 'incremental targeting' then costs.cost
        end as cost
    from statistics
    inner join experiments on statistics.experiment_id = experiments.experiment_id
    left join costs on statistics.experiment_id = costs.experiment_id
    left join control_costs on statistics.experiment_id = control_costs.experiment_id
),

-- Against a holdout the conversions that would have come anyway are taken off; against
-- another contacted arm all of them count.
valued as (
    select
        *,
        case
            when metric <> 'conversion' then null
            when comparison = 'targeting' then mean * unit_count
            when comparison like 'contact of%' then difference * unit_count
        end as conversions
    from priced
),

final as (
    select
        cast(experiment_id as {{ dbt.type_string() }}) as experiment_id,
        cast(comparison as {{ dbt.type_string() }}) as comparison,
        cast(metric as {{ dbt.type_string() }}) as metric,
        cast(is_primary as boolean) as is_primary,
        cast(unit_count as bigint) as unit_count,
        cast(base_unit_count as bigint) as base_unit_count,
        cast(mean as double) as mean,
        cast(base_mean as double) as base_mean,
        cast(difference as double) as difference,
        cast(difference_low as double) as difference_low,
        cast(difference_high as double) as difference_high,
        cast(lift as double) as lift,
        cast(lift_low as double) as lift_low,
        cast(lift_high as double) as lift_high,
        cast(p_value as double) as p_value,
        cast(p_value_corrected as double) as p_value_corrected,
        cast(adjusted_difference as double) as adjusted_difference,
        cast(adjusted_difference_low as double) as adjusted_difference_low,
        cast(adjusted_difference_high as double) as adjusted_difference_high,
        cast(adjusted_p_value as double) as adjusted_p_value,
        cast(power as double) as power,
        cast(cost as double) as cost,
        cast(conversions as double) as conversions,
        cast(
            case when conversions > 0 then cost / conversions end as double
        ) as cost_per_conversion,
        cast(
            (conversions * value_per_conversion - cost) / nullif(cost, 0) as double
        ) as return_on_investment
    from valued
)

select * from final
