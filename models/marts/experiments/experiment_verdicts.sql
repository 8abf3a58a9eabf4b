{#
    What to do, in the order in which doubts come: not yet, not sound, not enough, no.
#}
{% set sample_ratio_alarm = 0.01 %}

with controls as (
    select experiment_id
    from {{ ref('stg_experiment_arms') }}
    where
        arm = 'control'
        and share > 0
    group by experiment_id
),

experiments as (
    select
        experiments.*,
        -- Without a control the contact itself is what is tried.
        case
            when controls.experiment_id is not null then 'targeting'
            else 'contact of treatment'
        end as deciding_comparison
    from {{ ref('stg_experiments') }} as experiments
    left join controls on experiments.experiment_id = controls.experiment_id
    where experiments.is_active
),

campaigns as (
    select * from {{ ref('stg_campaigns') }}
),

log_window as (
    select * from {{ ref('int_log_window') }}
),

assignments as (
    select
        experiment_id,
        count(*) as unit_count,
        max(contacted_on) as last_contact_on,
        max(case when has_started then 1 else 0 end) as has_started
    from {{ ref('experiment_assignments') }}
    group by experiment_id
),

results as (
    select * from {{ ref('experiment_results') }}
),

statistics as (
    select
        experiment_id,
        max(sample_ratio_p_value) as sample_ratio_p_value
    from {{ ref('int_experiment_statistics') }}
    group by experiment_id
),

returns as (
    select
        experiment_id,
        max(case when comparison = 'contact of treatment' then return_on_investment end)
            as incremental_return,
        max(case when comparison = 'targeting' then return_on_investment end)
            as gross_return,
        max(case when comparison = 'contact of treatment' then conversions end)
            as incremental_conversions,
        max(case when comparison = 'contact of treatment' then cost_per_conversion end)
            as cost_per_incremental_conversion
    from results
    where metric = 'conversion'
    group by experiment_id
),

deciding as (
    select
        experiments.experiment_id,
        experiments.experiment_name,
        experiments.campaign_id,
        experiments.starts_on,
        experiments.ends_on,
        experiments.attribution_days,
        coalesce(experiments.cost_per_contact, campaigns.cost_per_contact)
            as cost_per_contact,
        coalesce(experiments.value_per_conversion, campaigns.value_per_conversion)
            as value_per_conversion,
        experiments.significance,
        experiments.power as planned_power,
        experiments.minimum_effect,
        experiments.deciding_comparison,
        coalesce(assignments.unit_count, 0) as unit_count,
        coalesce(assignments.has_started, 0) = 1 as has_started,
        -- Units that brought their outcomes have no more to come.
        coalesce(
            {{ dbt.datediff(
                'assignments.last_contact_on', 'log_window.as_of_at', 'day'
            ) }}
            < experiments.attribution_days
            or cast(log_window.as_of_at as date) < experiments.ends_on,
            false
        ) and experiments.campaign_id is not null as is_running,
        statistics.sample_ratio_p_value,
        results.metric as primary_metric,
        results.mean,
        results.base_mean,
        results.difference,
        results.difference_low,
        results.difference_high,
        results.lift,
        results.p_value_corrected,
        results.power,
        returns.incremental_conversions,
        returns.cost_per_incremental_conversion,
        coalesce(returns.incremental_return, returns.gross_return)
            as return_on_investment
    from experiments
    cross join log_window
    left join campaigns on experiments.campaign_id = campaigns.campaign_id
    left join assignments on experiments.experiment_id = assignments.experiment_id
    left join statistics on experiments.experiment_id = statistics.experiment_id
    left join returns on experiments.experiment_id = returns.experiment_id
    left join results
        on
            experiments.experiment_id = results.experiment_id
            and experiments.deciding_comparison = results.comparison
            and results.is_primary
),

judged as (
    select
        *,
        case
            when not has_started then 'planned'
            when is_running then 'running'
            when sample_ratio_p_value < {{ sample_ratio_alarm }} then 'invalid'
            when primary_metric is null or p_value_corrected is null then 'continue'
            when coalesce(power, 0) < planned_power then 'continue'
            when
                p_value_corrected < significance
                and difference > 0
                and return_on_investment > 0
                then 'ship'
            else 'stop'
        end as verdict
    from deciding
),

explained as (
    select
        *,
        case verdict
            when 'planned' then 'Nobody was contacted yet.'
            when 'running'
                then
                    'Results are looked at once, when the attribution window of the'
                    || ' last contact has ended.'
            when 'invalid'
                then
                    'The arms have not the numbers of units that they should have'
                    || ' (p = ' || {{ number_text('sample_ratio_p_value', 6) }}
                    || '): something else than chance decided who is where.'
            when 'continue'
                then
                    case
                        when power is null
                            then 'Too little happened to compare the arms.'
                        else
                            'An effect of ' || {{ percent_text('minimum_effect') }}
                            || ' would be seen with a power of '
                            || {{ percent_text('power') }} || ', planned are '
                            || {{ percent_text('planned_power') }}
                            || ': more units are needed.'
                    end
            when 'ship'
                then
                    'More ' || primary_metric || ' by ' || {{ percent_text('lift') }}
                    || ', more than chance explains, and it earns ' || {{ percent_text(
                        'return_on_investment'
                    ) }} || ' on its cost.'
            else
                case
                    when p_value_corrected >= significance
                        then
                            'No difference in ' || primary_metric
                            || ' could be shown, though one of the size that matters'
                            || ' would have been.'
                    when difference <= 0
                        then 'Less ' || primary_metric || ', more than chance explains.'
                    else
                        'More ' || primary_metric || ' by '
                        || {{ percent_text('lift') }}
                        || ', more than chance explains, but it does not earn its'
                        || ' cost.'
                end
        end as reason
    from judged
),

final as (
    select
        cast(experiment_id as {{ dbt.type_string() }}) as experiment_id,
        cast(experiment_name as {{ dbt.type_string() }}) as experiment_name,
        cast(verdict as {{ dbt.type_string() }}) as verdict,
        cast(reason as {{ dbt.type_string() }}) as reason,
        cast(campaign_id as {{ dbt.type_string() }}) as campaign_id,
        cast(starts_on as date) as starts_on,
        cast(ends_on as date) as ends_on,
        cast(attribution_days as bigint) as attribution_days,
        cast(cost_per_contact as double) as cost_per_contact,
        cast(value_per_conversion as double) as value_per_conversion,
        cast(unit_count as bigint) as unit_count,
        -- Until the end nobody looks.
        {% for column, type in {
            'primary_metric': dbt.type_string(),
            'mean': 'double',
            'base_mean': 'double',
            'difference': 'double',
            'difference_low': 'double',
            'difference_high': 'double',
            'lift': 'double',
            'p_value_corrected': 'double',
            'power': 'double',
            'sample_ratio_p_value': 'double',
            'incremental_conversions': 'double',
            'cost_per_incremental_conversion': 'double',
            'return_on_investment': 'double',
        }.items() %}
        cast(
            case when verdict not in ('planned', 'running') then {{ column }} end
            as {{ type }}
        ) as {{ column }},
        {% endfor %}
        cast(deciding_comparison as {{ dbt.type_string() }}) as deciding_comparison
    from explained
)

select * from final
