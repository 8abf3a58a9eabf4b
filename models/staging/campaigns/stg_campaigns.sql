{#
    A value that is not valid becomes null; assert_campaigns_are_valid names it. A campaign
    whose is_active is `example` is active in builds of the generated log. Where a log has
    amounts, a campaign without a value takes the mean of a purchase, less what was returned.
    A table: the catalogue of Spark does not hold the text of so long a view.
#}
{{ config(materialized='table') }}
{% set types = campaign_columns() %}

with campaigns as (
    select * from {{ ref('campaigns') }}
),

purchase_value as (
    select * from {{ ref('stg_purchase_value') }}
),

typed as (
    select
        {% for column, type in types.items() if column not in [
            'is_active', 'required_event', 'response_days', 'channel', 'objective',
            'exploration_share', 'diversity_weight', 'coverage_weight',
            'value_per_conversion'
        ] %}
        {{ seed_value(column, type) }} as {{ column }},
        {% endfor %}
        {% for column, default in {
            'exploration_share': 0, 'diversity_weight': 0, 'coverage_weight': 1,
            'response_days': 14,
            'value_per_conversion': '(select mean_revenue from purchase_value)'
        }.items() %}
        case
            when coalesce(trim({{ column }}), '') = '' then {{ default }}
            else {{ seed_value(column, types[column]) }}
        end as {{ column }},
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
            as objective
    from campaigns
)

select * from typed
