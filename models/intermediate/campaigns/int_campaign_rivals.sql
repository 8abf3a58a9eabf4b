{#
    Campaigns that share their customers. This model alone decides which one comes first: the
    lowest `turn`.
#}
with campaigns as (
    select
        campaign_id,
        starts_on,
        ends_on,
        row_number() over (order by priority, campaign_id) as turn
    from {{ ref('stg_campaigns') }}
    where
        is_active
        and priority is not null
),

final as (
    select
        campaigns.campaign_id,
        campaigns.turn,
        rivals.campaign_id as rival_id,
        rivals.turn as rival_turn
    from campaigns
    inner join campaigns as rivals
        on
            campaigns.campaign_id <> rivals.campaign_id
            and campaigns.starts_on <= rivals.ends_on
            and campaigns.ends_on >= rivals.starts_on
)

select * from final
