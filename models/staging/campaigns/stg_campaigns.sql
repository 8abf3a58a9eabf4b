{# A value that is not valid becomes null; assert_campaigns_are_valid names it. #}
with campaigns as (
    select * from {{ ref('campaigns') }}
),

typed as (
    select
        {{ campaign_value('campaign_id') }} as campaign_id,
        {{ campaign_value('campaign_name') }} as campaign_name,
        {{ is_active(campaign_value('is_active')) }} as is_active,
        {{ campaign_value('starts_on') }} as starts_on,
        {{ campaign_value('ends_on') }} as ends_on,
        {{ campaign_value('audience_size') }} as audience_size,
        {{ campaign_value('frequency_cap') }} as frequency_cap,
        {{ campaign_value('product_limit') }} as product_limit,
        {{ campaign_value('active_within_days') }} as active_within_days,
        lower({{ campaign_value('required_event') }}) as required_event,
        {{ campaign_value('required_within_days') }} as required_within_days,
        {{ campaign_value('exclude') }} as exclude,
        {{ campaign_value('exclude_within_days') }} as exclude_within_days,
        {{ campaign_value('holdout_share') }} as holdout_share,
        {{ campaign_value('cost_per_contact') }} as cost_per_contact,
        {{ campaign_value('value_per_conversion') }} as value_per_conversion,
        case
            when coalesce(trim(response_days), '') = '' then 14
            else {{ campaign_value('response_days') }}
        end as response_days
    from campaigns
)

select * from typed
