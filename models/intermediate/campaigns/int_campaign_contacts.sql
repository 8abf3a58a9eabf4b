with campaigns as (
    select * from {{ ref('stg_campaigns') }}
    where is_active
),

contacts as (
    select
        *,
        cast(contacted_at as date) as contacted_on
    from {{ ref('stg_contacts') }}
    where outcome = 'accepted'
),

{{ counted_contacts() }},

final as (
    select
        campaigns.campaign_id,
        counted_once.customer_id,
        counted_once.product_id,
        counted_once.arm,
        counted_once.is_exported,
        coalesce(campaigns.campaign_id = counted_once.campaign_id, false) as is_own
    from campaigns
    inner join counted_once
        on
            campaigns.starts_on <= counted_once.contacted_on
            and campaigns.ends_on >= counted_once.contacted_on
)

select * from final
