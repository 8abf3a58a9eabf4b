{#
    A value that is not valid becomes null; assert_campaigns_are_valid names it. A campaign
    whose is_active is `example` is active in builds of the generated log. Where a log has
    amounts, a campaign without a value takes the mean of a purchase, less what was returned.
#}
{% set types = campaign_columns() %}
{% set has_amounts = input_settings('log').amounts != [] %}
{{ config(materialized='table' if has_amounts else 'view') }}

with campaigns as (
    select * from {{ ref('campaigns') }}
),

{% if has_amounts %}
purchases as (
    select
        round(
            cast(sum(revenue) as double)
            / nullif(count(case when event = 'purchased' and revenue >= 0 then 1 end), 0),
            4
        ) as mean_revenue
    from {{ ref('stg_interactions') }}
    where {{ until_as_of('event_at') }}
),
{% endif %}

typed as (
    select
        {% for column, type in types.items() if column not in [
            'is_active', 'required_event', 'response_days', 'channel', 'objective',
            'exploration_share', 'value_per_conversion'
        ] %}
        {{ seed_value(column, type) }} as {{ column }},
        {% endfor %}
        {% set value = seed_value('value_per_conversion', types.value_per_conversion) %}
        {% if has_amounts %}
        case
            when coalesce(trim(campaigns.value_per_conversion), '') = ''
                then case when purchases.mean_revenue > 0 then purchases.mean_revenue end
            else {{ value }}
        end as value_per_conversion,
        {% else %}
        {{ value }} as value_per_conversion,
        {% endif %}
        case
            when lower(trim(is_active)) = 'example'
                then {{ var('with_examples') | lower }}
            else {{ seed_value('is_active', types.is_active) }}
        end as is_active,
        lower({{ seed_value('required_event', types.required_event) }})
            as required_event,
        lower({{ seed_value('channel', types.channel) }}) as channel,
        coalesce(lower({{ seed_value('objective', types.objective) }}), 'response')
            as objective,
        case
            when coalesce(trim(exploration_share), '') = '' then 0
            else {{ seed_value('exploration_share', types.exploration_share) }}
        end as exploration_share,
        case
            when coalesce(trim(response_days), '') = '' then 14
            else {{ seed_value('response_days', types.response_days) }}
        end as response_days
    from campaigns
    {% if has_amounts %}
    cross join purchases
    {% endif %}
)

select * from typed
