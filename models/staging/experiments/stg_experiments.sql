{# A value that is not valid becomes null; assert_experiments_are_valid names it. #}
with experiments as (
    select * from {{ ref('experiments') }}
),

typed as (
    select
        {{ experiment_value('experiment_id') }} as experiment_id,
        {{ experiment_value('experiment_name') }} as experiment_name,
        {{ is_active(
            experiment_value('is_active'), var('experiment_units') is not none
        ) }} as is_active,
        {{ experiment_value('campaign_id') }} as campaign_id,
        lower({{ experiment_value('layer') }}) as layer,
        {{ experiment_value('layer_from') }} as layer_from,
        {{ experiment_value('layer_to') }} as layer_to,
        {{ experiment_value('starts_on') }} as starts_on,
        {{ experiment_value('ends_on') }} as ends_on,
        {{ experiment_value('attribution_days') }} as attribution_days,
        {{ experiment_value('units') }} as units,
        {{ experiment_value('metrics') }} as metrics,
        {{ experiment_value('minimum_effect') }} as minimum_effect,
        {{ experiment_value('significance') }} as significance,
        {{ experiment_value('power') }} as power,
        {{ experiment_value('cost_per_contact') }} as cost_per_contact,
        {{ experiment_value('value_per_conversion') }} as value_per_conversion
    from experiments
)

select * from typed
