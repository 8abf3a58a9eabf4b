-- The places of a customer in a campaign, with the contacts of its period, do not
-- exceed the frequency cap.
with contact_counts as (
    select
        campaign_id,
        customer_id,
        count(*) as contact_count
    from {{ ref('int_campaign_contacts') }}
    group by campaign_id, customer_id
),

place_counts as (
    select
        campaign_id,
        customer_id,
        count(*) as place_count
    from {{ ref('campaign_audiences') }}
    group by campaign_id, customer_id
)

select
    place_counts.campaign_id,
    place_counts.customer_id,
    place_counts.place_count
from place_counts
inner join {{ ref('stg_campaigns') }} as campaigns
    on place_counts.campaign_id = campaigns.campaign_id
left join contact_counts
    on
        place_counts.campaign_id = contact_counts.campaign_id
        and place_counts.customer_id = contact_counts.customer_id
where
    place_counts.place_count + coalesce(contact_counts.contact_count, 0)
    > campaigns.frequency_cap
