{#
    What a contact adds to the purchases of the first customers of a campaign, by its
    experiment: its treatment are customers whom the ranking picks. Its control says nothing of
    the others: it holds first customers too, and contacts them about random products. Units
    that were brought have no history here, so they are one class.
#}
with experiments as (
    select * from {{ ref('int_campaign_experiments') }}
    where has_window_of_campaign
),

outcomes as (
    select * from {{ ref('int_experiment_outcomes') }}
    where
        conversion is not null
        and arm in ('treatment', 'treatment_holdout')
),

units as (
    select
        experiments.campaign_id,
        experiments.experiment_id,
        'first' as score_class,
        case
            when outcomes.contacted_at is null then 'any'
            -- The covariate of units from the log is ln(1 + interactions before).
            else {{ history_class('round(exp(outcomes.covariate)) - 1') }}
        end as history_class,
        outcomes.arm = 'treatment' as is_contacted,
        outcomes.conversion
    from experiments
    inner join outcomes on experiments.experiment_id = outcomes.experiment_id
),

counted as (
    select
        campaign_id,
        experiment_id,
        score_class,
        history_class,
        count(case when is_contacted then 1 end) as contacted_units,
        count(case when not is_contacted then 1 end) as held_out_units,
        sum(case when is_contacted then conversion else 0 end) as contacted_buyers,
        sum(case when not is_contacted then conversion else 0 end) as held_out_buyers
    from units
    group by campaign_id, experiment_id, score_class, history_class
),

-- Variances by Agresti and Caffo (2000, doi:10.1080/00031305.2000.10474560).
smoothed as (
    select
        *,
        (contacted_buyers + 1.0) / (contacted_units + 2.0) as contacted_rate,
        (held_out_buyers + 1.0) / (held_out_units + 2.0) as held_out_rate,
        contacted_buyers / cast(contacted_units as double)
        - held_out_buyers / cast(held_out_units as double) as estimate
    from counted
    where
        contacted_units > 0
        and held_out_units > 0
),

effects as (
    select
        *,
        contacted_rate * (1 - contacted_rate) / (contacted_units + 2.0)
        + held_out_rate * (1 - held_out_rate) / (held_out_units + 2.0) as variance
    from smoothed
),

-- For the interval: three classes are not drawn towards their mean.
{{ partial_pooling('effects', 'campaign_id') }},

final as (
    select
        campaign_id,
        experiment_id,
        score_class,
        history_class,
        contacted_units,
        held_out_units,
        pooled as incremental_probability,
        pooled_low as incremental_probability_low,
        pooled_high as incremental_probability_high
    from pooled
)

select * from final
