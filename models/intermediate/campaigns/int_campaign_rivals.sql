{# Campaigns that share their customers: those with a priority and days in common. #}
with campaigns as (
    select
        campaign_id,
        starts_on,
        ends_on
    from {{ ref('stg_campaigns') }}
    where
        is_active
        and priority is not null
),

final as (
    select
        campaigns.campaign_id,
        rivals.campaign_id as rival_id
    from campaigns
    inner join campaigns as rivals
        on
            campaigns.campaign_id <> rivals.campaign_id
            and campaigns.starts_on <= rivals.ends_on
            and campaigns.ends_on >= rivals.starts_on
)

select * from final
