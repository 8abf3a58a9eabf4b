{# The verdict of scripts/statistics/experiment_decisions.py, and its reason. #}
{% set figures = [
    'mean', 'base_mean', 'difference', 'difference_low', 'difference_high', 'lift',
    'p_value_corrected', 'power', 'power_at_most',
] %}
{% set money = [
    'profit', 'profit_low', 'profit_high', 'return_on_investment',
    'return_on_investment_low', 'return_on_investment_high',
] %}

with designs as (
    select * from {{ ref('int_experiment_designs') }}
),

evidence as (
    select * from {{ ref('int_experiment_evidence') }}
),

decisions as (
    select * from {{ ref('int_experiment_decisions') }}
),

-- The units of an experiment before its start.
proposed as (
    select
        experiment_id,
        count(*) as proposed_count
    from {{ ref('int_proposed_assignments') }}
    group by experiment_id
),

combined as (
    select
        evidence.*,
        proposed.proposed_count,
        decisions.finding,
        decisions.verdict,
        designs.experiment_name,
        designs.campaign_id,
        designs.starts_on,
        designs.ends_on,
        designs.attribution_days,
        designs.value_per_conversion,
        designs.control_share,
        designs.control_holdout_share,
        evidence.effect_low as difference_low,
        evidence.effect_high as difference_high,
        {{ dbt.split_part('designs.metrics', "'|'", 1) }} as primary_metric
    from designs
    inner join evidence on designs.experiment_id = evidence.experiment_id
    inner join decisions on designs.experiment_id = decisions.experiment_id
    left join proposed on designs.experiment_id = proposed.experiment_id
),

-- The control is contacted about random products too.
worded as (
    select
        *,
        'the customers and products that the system picks than to random ones'
            as picked,
        'Contacting adds ' || primary_metric || coalesce(
            ' (' || coalesce({{ percent_text('lift') }} || ' more, ', '')
            || {{ number_text('difference_low', 4) }} || ' to '
            || {{ number_text('difference_high', 4) }} || ' per customer)',
            ''
        ) || ', more than chance explains' as success,
        case
            when needed_units > compared_unit_count
                then
                    ' A new experiment with about '
                    || {{ whole_number_text('ceil(needed_units)') }}
                    || ' units in the treatment and its holdout would find an effect of'
                    || ' the planned size with a power of '
                    || {{ percent_text('power_planned') }} || '.'
            else ''
        end as remedy
    from combined
),

explained as (
    select
        *,
        case finding
            when 'planned' then 'No customer was contacted yet.'
            when 'running'
                then
                    'There are no results before the attribution window of the last'
                    || ' contact has ended.'
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
            when 'contamination'
                then
                    'Other contacts reached an arm and its holdout unequally: the'
                    || ' difference of their outcomes is not that of this contact'
                    || ' alone.'
                    || ' experiment_contamination has the shares.'
            when 'no holdout'
                then
                    'What contacting adds cannot be told: the treatment has no holdout,'
                    || ' customers whom the system picks and who are not contacted.'
            when 'events'
                then 'Too little happened to compare the treatment with its holdout.'
            when 'harm'
                then
                    'Contacting lowers ' || primary_metric
                    || coalesce(' by ' || {{ percent_text('-lift') }}, '')
                    || ', more than chance explains.'
            when 'power'
                then
                    'No effect of contacting on ' || primary_metric
                    || ' was found, and these units are too few to find one of '
                    || {{ percent_text('minimum_effect') }} || coalesce(
                        ': their power is '
                        || {{ percent_text('power_at_most') }} || ' at most, and '
                        || {{ percent_text('power_planned') }} || ' are planned.',
                        '.'
                    )
                    || remedy
            when 'interval'
                then
                    'No effect of contacting on ' || primary_metric
                    || ' was found, and one of the planned size, '
                    || {{ percent_text('minimum_effect') }}
                    || ', is not excluded.' || remedy
            when 'no effect'
                then
                    'No effect of contacting on ' || primary_metric
                    || ' was found, and one of the planned size, '
                    || {{ percent_text('minimum_effect') }} || ', is excluded.'
            when 'loss' then success || ', but it does not earn its cost.'
            when 'advantage'
                then
                    success || case
                        when control_holdout_share = 0
                            then
                                ', but whether it adds more to ' || picked
                                || ' cannot be told: the control has no holdout.'
                        when advantage_low is null
                            then
                                ', but whether it adds more to ' || picked
                                || ' cannot be told: too little happened in the'
                                || ' control.'
                        when advantage_high < 0
                            then
                                ', but it adds even more to random customers and'
                                || ' products.'
                        else
                            ', but not more to ' || picked
                            || ', as far as can be told: the difference lies between '
                            || {{ number_text('advantage_low', 4) }} || ' and '
                            || {{ number_text('advantage_high', 4) }}
                            || ' per customer.'
                    end
            when 'no money'
                then
                    success || '. Whether it pays cannot be told: what a contact costs'
                    || ' was not said.'
            when 'profit'
                then
                    success || ', but whether it earns its cost cannot be told: '
                    || coalesce(
                        'the profit lies between '
                        || {{ number_text('profit_low', 2) }} || ' and '
                        || {{ number_text('profit_high', 2) }}
                        || '. A larger holdout tells more.',
                        'what a conversion is worth was not said, or too few'
                        || ' happened.'
                    )
            else
                success || case
                    when control_share > 0
                        then
                            ', and it adds more to ' || picked
                    else ''
                end
                || '. It earns '
                || coalesce(
                    {{ percent_text('return_on_investment') }} || ' on its cost ('
                    || {{ percent_text('return_on_investment_low') }} || ' to '
                    || {{ percent_text('return_on_investment_high') }} || ')',
                    'money and costs nothing'
                )
                || '.'
        end as reason
    from worded
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
        cast(coalesce(proposed_count, unit_count) as bigint) as unit_count,
        cast(primary_metric as {{ dbt.type_string() }}) as primary_metric,
        {% for figure in figures + money %}
        cast({{ figure }} as double) as {{ figure }},
        {% endfor %}
        cast(
            case when state = 'finished' then sample_ratio_p_value end as double
        ) as sample_ratio_p_value,
        cast(incremental_conversions as double) as incremental_conversions,
        cast(cost_per_incremental_conversion as double)
            as cost_per_incremental_conversion,
        cast('contact of treatment' as {{ dbt.type_string() }}) as deciding_comparison,
        cast(advantage as double) as advantage,
        cast(advantage_low as double) as advantage_low,
        cast(advantage_high as double) as advantage_high,
        cast(profit_per_contact as double) as profit_per_contact,
        cast(profit_per_contact_low as double) as profit_per_contact_low,
        cast(profit_per_contact_high as double) as profit_per_contact_high
    from explained
)

select * from final
