with campaigns as (
    select * from {{ ref('stg_campaigns') }}
    where is_active
),

contacts as (
    select * from {{ ref('stg_contacts') }}
    where outcome = 'accepted'
),

-- A contact may be in the ledger and in the contact log.
distinct_contacts as (
    select
        campaign_id,
        customer_id,
        product_id,
        contacted_at,
        arm
    from contacts
    group by campaign_id, customer_id, product_id, contacted_at, arm
),

-- A holdout takes a place in its own campaign and hears nothing from it.
counted as (
    select
        campaigns.campaign_id,
        distinct_contacts.customer_id,
        distinct_contacts.product_id,
        distinct_contacts.arm,
        coalesce(campaigns.campaign_id = distinct_contacts.campaign_id, false)
            as is_own
    from campaigns
    inner join distinct_contacts
        on
            campaigns.starts_on <= cast(distinct_contacts.contacted_at as date)
            and campaigns.ends_on >= cast(distinct_contacts.contacted_at as date)
            and (
                distinct_contacts.arm = 'contact'
                or campaigns.campaign_id = distinct_contacts.campaign_id
            )
)

select * from counted
