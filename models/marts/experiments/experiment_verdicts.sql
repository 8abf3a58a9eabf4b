{#
    What to do, in the order in which doubts come: not yet, not sound, not enough, no, and
    whether it pays.
#}
{% set sample_ratio_alarm = 0.01 %}
{% set figures = [
    'mean', 'base_mean', 'difference', 'difference_low', 'difference_high', 'lift',
    'p_value_corrected', 'power', 'power_at_most',
] %}
{% set money = [
    'profit', 'profit_low', 'profit_high', 'return_on_investment',
    'return_on_investment_low', 'return_on_investment_high',
] %}

with designs as (
    select
        *,
        -- Without a control the contact itself is what is tried.
        case
            when control_share > 0 then 'targeting'
            else 'contact of treatment'
        end as deciding_comparison,
        case
            when '|' || metrics || '|' like '%|revenue|%' then 'revenue'
            else 'conversion'
        end as money_metric
    from {{ ref('int_experiment_designs') }}
),

states as (
    select * from {{ ref('int_experiment_states') }}
),

sample_ratios as (
    select * from {{ ref('int_experiment_sample_ratios') }}
),

results as (
    select * from {{ ref('experiment_results') }}
),

deciding as (
    select
        {% for column in experiment_columns() if column != 'power' %}
        designs.{{ column }},
        {% endfor %}
        designs.power as power_planned,
        designs.deciding_comparison,
        states.state,
        states.unit_count,
        case
            when states.state = 'finished' then sample_ratios.sample_ratio_p_value
        end as sample_ratio_p_value,
        results.metric as primary_metric,
        {% for figure in figures %}
        results.{{ figure }},
        {% endfor %}
        results.needed_units,
        results.unit_count + results.base_unit_count as compared_unit_count,
        {% for figure in money %}
        worth.{{ figure }},
        {% endfor %}
        added.conversions as incremental_conversions,
        added.cost_per_conversion as cost_per_incremental_conversion
    from designs
    inner join states on designs.experiment_id = states.experiment_id
    left join sample_ratios on designs.experiment_id = sample_ratios.experiment_id
    left join results
        on
            designs.experiment_id = results.experiment_id
            and designs.deciding_comparison = results.comparison
            and results.is_primary
    left join results as worth
        on
            designs.experiment_id = worth.experiment_id
            and designs.money_metric = worth.metric
            and worth.comparison = 'contact of treatment'
    left join results as added
        on
            designs.experiment_id = added.experiment_id
            and added.metric = 'conversion'
            and added.comparison = 'contact of treatment'
),

doubted as (
    select
        *,
        case
            when state <> 'finished' then state
            when sample_ratio_p_value < {{ sample_ratio_alarm }} then 'split'
            when p_value_corrected is null then 'events'
            when p_value_corrected < significance and difference <= 0 then 'direction'
            when power_at_most < power_planned then 'power'
            -- What matters is not excluded.
            when
                p_value_corrected >= significance
                and difference_high >= minimum_effect * base_mean
                then 'interval'
            when p_value_corrected >= significance then 'difference'
            when cost_per_contact is null then 'no money'
            when profit_low is null then 'no holdout'
            when profit_high <= 0 then 'loss'
            when profit_low <= 0 then 'profit'
            else 'none'
        end as doubt
    from deciding
),

judged as (
    select
        *,
        case
            when doubt in ('planned', 'running') then doubt
            when doubt = 'split' then 'invalid'
            when doubt in ('events', 'power', 'interval', 'no holdout', 'profit')
                then 'continue'
            when doubt in ('difference', 'direction', 'loss') then 'stop'
            else 'ship'
        end as verdict,
        'More ' || primary_metric
        || coalesce(' by ' || {{ percent_text('lift') }}, '')
        || ', more than chance explains' as success,
        case
            when needed_units > compared_unit_count
                then
                    ' A new experiment with about '
                    || {{ whole_number_text('ceil(needed_units)') }}
                    || ' units in the arms that are compared would.'
            else ''
        end as remedy
    from doubted
),

explained as (
    select
        *,
        case doubt
            when 'planned' then 'No customer was contacted yet.'
            when 'running'
                then
                    'Results are looked at once, when it has ended and the attribution'
                    || ' window of the last contact with it.'
            when 'split'
                then
                    'The arms do not have the numbers of units, or of known outcomes,'
                    || ' that chance gives them (p '
                    || case
                        when sample_ratio_p_value < 0.000001 then '< 0.000001'
                        else '= ' || {{ number_text('sample_ratio_p_value', 6) }}
                    end
                    || '): something else decided who is where.'
                    || ' experiment_arm_counts has the numbers.'
            when 'events'
                then 'Too little happened to compare the arms.'
            when 'power'
                then
                    'These units see an effect of '
                    || {{ percent_text('minimum_effect') }}
                    || ' with a power of ' || {{ percent_text('power_at_most') }}
                    || ' at most, and ' || {{ percent_text('power_planned') }}
                    || ' are planned: they cannot tell.' || remedy
            when 'interval'
                then
                    'No difference in ' || primary_metric
                    || ' could be shown, and one of the size that matters, '
                    || {{ percent_text('minimum_effect') }}
                    || ', is not excluded.' || remedy
            when 'difference'
                then
                    'No difference in ' || primary_metric
                    || ' could be shown, though one of the size that matters, '
                    || {{ percent_text('minimum_effect') }} || ', would have been.'
            when 'direction'
                then 'Less ' || primary_metric || ', more than chance explains.'
            when 'no money'
                then success || '. What it costs was not said.'
            when 'no holdout'
                then
                    success || ', but whether it pays cannot be told: nothing is'
                    || ' measured against customers who were left alone.'
            when 'loss' then success || ', but it does not earn its cost.'
            when 'profit'
                then
                    success || ', but whether it earns its cost cannot be told: the'
                    || ' profit lies between ' || {{ number_text('profit_low', 2) }}
                    || ' and ' || {{ number_text('profit_high', 2) }}
                    || '. A larger holdout tells more.'
            else
                success || ', and it earns '
                || coalesce(
                    {{ percent_text('return_on_investment') }} || ' on its cost',
                    'money and costs nothing'
                )
                || '.'
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
        cast(primary_metric as {{ dbt.type_string() }}) as primary_metric,
        {% for figure in figures + money %}
        cast({{ figure }} as double) as {{ figure }},
        {% endfor %}
        cast(sample_ratio_p_value as double) as sample_ratio_p_value,
        cast(incremental_conversions as double) as incremental_conversions,
        cast(cost_per_incremental_conversion as double)
            as cost_per_incremental_conversion,
        cast(deciding_comparison as {{ dbt.type_string() }}) as deciding_comparison
    from explained
)

select * from final
