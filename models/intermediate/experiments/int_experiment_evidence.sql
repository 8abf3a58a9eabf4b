{#
    What the verdict of an experiment rests on, and what its mart shows. What contacting the
    treatment adds is the result; the rest is set against it. Among the columns are the
    attributes of Evidence in scripts/statistics/experiment_decisions.py, which explains them.
#}
{% set figures = [
    'mean', 'base_mean', 'difference', 'lift', 'p_value_corrected', 'power',
    'power_at_most', 'needed_units',
] %}
{% set money = [
    'profit', 'profit_low', 'profit_high', 'return_on_investment',
    'return_on_investment_low', 'return_on_investment_high',
] %}
with designs as (
    select * from {{ ref('int_experiment_designs') }}
),

states as (
    select * from {{ ref('int_experiment_states') }}
),

sample_ratios as (
    select * from {{ ref('int_experiment_sample_ratios') }}
),

results as (
    select * from {{ ref('int_experiment_results') }}
),

contaminated as (
    select distinct experiment_id
    from {{ ref('int_experiment_contamination') }}
    where is_too_high
),

final as (
    select
        designs.experiment_id,
        states.state,
        states.unit_count,
        sample_ratios.sample_ratio_p_value,
        {% for figure in figures %}
        effects.{{ figure }},
        {% endfor %}
        effects.difference_low as effect_low,
        effects.difference_high as effect_high,
        effects.unit_count + effects.base_unit_count as compared_unit_count,
        designs.power as power_planned,
        advantages.difference as advantage,
        advantages.difference_low as advantage_low,
        advantages.difference_high as advantage_high,
        designs.cost_per_contact,
        {% for figure in money %}
        worth.{{ figure }},
        {% endfor %}
        {% for end in ['', '_low', '_high'] %}
        worth.profit{{ end }} / worth.unit_count as profit_per_contact{{ end }},
        {% endfor %}
        converted.conversions as incremental_conversions,
        converted.cost_per_conversion as cost_per_incremental_conversion,
        designs.treatment_holdout_share > 0 as has_holdout,
        designs.control_share > 0 as has_control,
        effects.lift_high,
        designs.minimum_effect,
        contaminated.experiment_id is not null as is_contaminated
    from designs
    inner join states on designs.experiment_id = states.experiment_id
    left join sample_ratios on designs.experiment_id = sample_ratios.experiment_id
    left join contaminated on designs.experiment_id = contaminated.experiment_id
    left join results as effects
        on
            designs.experiment_id = effects.experiment_id
            and effects.comparison = 'contact of treatment'
            and effects.is_primary
    left join results as advantages
        on
            designs.experiment_id = advantages.experiment_id
            and advantages.comparison = 'incremental targeting'
            and advantages.is_primary
    left join results as worth
        on
            designs.experiment_id = worth.experiment_id
            and worth.comparison = 'contact of treatment'
            and designs.money_metric = worth.metric
    left join results as converted
        on
            designs.experiment_id = converted.experiment_id
            and converted.comparison = 'contact of treatment'
            and converted.metric = 'conversion'
)

select * from final
