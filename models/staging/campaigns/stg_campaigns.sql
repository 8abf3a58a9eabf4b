{#
    A value that is not valid becomes null; assert_campaigns_are_valid names it. A campaign
    whose is_active is `example` is active in builds of the generated log.
#}
{% set types = campaign_columns() %}

with campaigns as (
    select * from {{ ref('campaigns') }}
),

typed as (
    select
        {% for column, type in types.items() if column not in [
            'is_active', 'required_event', 'response_days', 'channel', 'objective',
            'exploration_share'
        ] %}
        {{ seed_value(column, type) }} as {{ column }},
        {% endfor %}
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
)

select * from typed
