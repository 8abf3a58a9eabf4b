{#
    What a contact adds to the purchases of the first customers of a campaign, by its
    experiment: its treatment are customers whom the ranking picks. Its control says nothing of
    the others: it holds first customers too, and contacts them about random products. Units
    are divided by rank and history as they were before the contact. Those that were brought
    have neither here, so they are one class.
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
        coalesce(outcomes.score_class, 'first') as score_class,
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

{{ partial_pooling('effects', 'campaign_id') }},

score_classes as (
    select distinct
        campaign_id,
        score_class
    from units
),

history_classes as (
    select distinct
        campaign_id,
        history_class
    from units
),

-- A class without units of both kinds is expected to be like the others, if these are
-- enough to say how much classes differ: as much as their estimates do, which is more
-- than the classes themselves.
spreads as (
    select
        campaign_id,
        experiment_id,
        mean,
        mean_variance,
        class_count,
        sum(power(estimate - weighted_sum / weight, 2) / variance)
        / weight * class_count / (class_count - 1) as variance_of_estimates
    from pooled
    where class_count > 3
    group by
        campaign_id, experiment_id, mean, mean_variance, class_count, weight
),

-- Student's quantile of two degrees of freedom fewer (Higgins et al. 2009,
-- doi:10.1111/j.1467-985X.2008.00552.x), by the expansion of Cornish and Fisher.
means as (
    select
        campaign_id,
        experiment_id,
        mean,
        (
            1.959963984540054 + 2.37 / (class_count - 2)
            + 2.82 / power(class_count - 2, 2)
        ) * sqrt(mean_variance + variance_of_estimates) as half_width
    from spreads
),

unmeasured as (
    select
        means.campaign_id,
        means.experiment_id,
        score_classes.score_class,
        history_classes.history_class,
        means.mean,
        means.half_width
    from means
    inner join score_classes on means.campaign_id = score_classes.campaign_id
    inner join history_classes on means.campaign_id = history_classes.campaign_id
    left join pooled
        on
            means.campaign_id = pooled.campaign_id
            and score_classes.score_class = pooled.score_class
            and history_classes.history_class = pooled.history_class
    where pooled.campaign_id is null
),

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
    union all
    select
        unmeasured.campaign_id,
        unmeasured.experiment_id,
        unmeasured.score_class,
        unmeasured.history_class,
        coalesce(counted.contacted_units, 0) as contacted_units,
        coalesce(counted.held_out_units, 0) as held_out_units,
        unmeasured.mean as incremental_probability,
        unmeasured.mean - unmeasured.half_width as incremental_probability_low,
        unmeasured.mean + unmeasured.half_width as incremental_probability_high
    from unmeasured
    left join counted
        on
            unmeasured.campaign_id = counted.campaign_id
            and unmeasured.score_class = counted.score_class
            and unmeasured.history_class = counted.history_class
)

select * from final
