{#
    The experiment of each campaign that says what a contact adds: the last one with the
    response window of the campaign, else the last one.
#}
with campaigns as (
    select * from {{ ref('stg_campaigns') }}
    where is_active
),

verdicts as (
    select
        designs.experiment_id,
        designs.campaign_id,
        designs.attribution_days,
        designs.ends_on
    from {{ ref('int_experiment_designs') }} as designs
    inner join {{ ref('int_experiment_decisions') }} as decisions
        on designs.experiment_id = decisions.experiment_id
    where decisions.verdict not in ('planned', 'running', 'invalid')
),

results as (
    select * from {{ ref('int_experiment_results') }}
    where
        comparison = 'contact of treatment'
        and metric = 'conversion'
),

numbered as (
    select
        verdicts.campaign_id,
        verdicts.experiment_id,
        verdicts.attribution_days,
        results.lift,
        results.lift_low,
        results.lift_high,
        results.unit_count,
        results.base_unit_count,
        verdicts.attribution_days = campaigns.response_days as has_window_of_campaign,
        row_number() over (
            partition by verdicts.campaign_id
            order by
                case
                    when verdicts.attribution_days = campaigns.response_days then 0
                    else 1
                end asc,
                verdicts.ends_on desc,
                verdicts.experiment_id asc
        ) as experiment_number
    from verdicts
    inner join results on verdicts.experiment_id = results.experiment_id
    inner join campaigns on verdicts.campaign_id = campaigns.campaign_id
),

final as (
    select
        campaign_id,
        experiment_id,
        attribution_days,
        lift,
        lift_low,
        lift_high,
        unit_count,
        base_unit_count,
        has_window_of_campaign
    from numbered
    where experiment_number = 1
)

select * from final
