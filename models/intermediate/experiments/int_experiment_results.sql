{# Comparisons of finished experiments, with their money. #}
{% set figures = [
    'unit_count', 'base_unit_count', 'mean', 'base_mean', 'difference', 'difference_low',
    'difference_high', 'lift', 'lift_low', 'lift_high', 'p_value', 'p_value_corrected',
    'adjusted_difference', 'adjusted_difference_low', 'adjusted_difference_high',
    'adjusted_p_value', 'power', 'power_at_most', 'needed_units',
] %}
with statistics as (
    select * from {{ ref('int_experiment_statistics') }}
),

states as (
    select * from {{ ref('int_experiment_states') }}
    where state = 'finished'
),

designs as (
    select * from {{ ref('int_experiment_designs') }}
),

-- What the contacts cost of those units of an arm whose outcome is known.
costs as (
    select
        experiment_id,
        metric,
        max(case when arm = 'treatment' then cost end) as treatment_cost,
        max(case when arm = 'control' then cost end) as control_cost
    from {{ ref('int_experiment_aggregates') }}
    group by experiment_id, metric
),

-- Running experiments have no results yet.
priced as (
    select
        statistics.*,
        designs.value_per_conversion,
        designs.metrics = statistics.metric
        or designs.metrics like statistics.metric || '|%' as is_primary,
        case statistics.comparison
            when 'contact of control' then costs.control_cost
            when 'incremental targeting' then null
            else costs.treatment_cost
        end as cost,
        -- Only against a holdout is known what would not have come anyway.
        case
            when statistics.comparison like 'contact of%' then statistics.difference
        end as added,
        {% for end in ['low', 'high'] %}
        case
            when statistics.comparison like 'contact of%'
                then statistics.difference_{{ end }}
        end as added_{{ end }},
        {% endfor %}
        case statistics.metric
            when 'conversion' then designs.value_per_conversion
            when 'revenue' then 1
        end as value_of_one
    from statistics
    inner join states on statistics.experiment_id = states.experiment_id
    inner join designs on statistics.experiment_id = designs.experiment_id
    left join costs
        on
            statistics.experiment_id = costs.experiment_id
            and statistics.metric = costs.metric
),

valued as (
    select
        *,
        case
            when metric = 'conversion'
                then
                    unit_count
                    * case when comparison = 'targeting' then mean else added end
        end as conversions,
        {% for end in ['', '_low', '_high'] %}
        added{{ end }} * unit_count * value_of_one - cost as profit{{ end }},
        {% endfor %}
        coalesce(cost, 0) > 0 as has_cost
    from priced
),

final as (
    select
        experiment_id,
        comparison,
        metric,
        is_primary,
        {% for figure in figures %}
        {{ figure }},
        {% endfor %}
        cost,
        conversions,
        profit,
        profit_low,
        profit_high,
        case
            when conversions > 0 and comparison <> 'targeting' then cost / conversions
        end as cost_per_conversion,
        case when has_cost then profit / cost end as return_on_investment,
        case when has_cost then profit_low / cost end as return_on_investment_low,
        case when has_cost then profit_high / cost end as return_on_investment_high
    from valued
)

select * from final
