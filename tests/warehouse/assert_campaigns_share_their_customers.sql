-- No customer is in the audiences of two campaigns with a priority whose periods
-- overlap, nor in that of one while another has contacted or held out the customer.
with rivals as (
    select * from {{ ref('int_campaign_rivals') }}
),

placements as (
    select distinct
        campaign_id,
        customer_id
    from {{ ref('int_campaign_placements') }}
),

theirs as (
    select
        campaign_id,
        customer_id
    from placements
    union
    select
        campaign_id,
        customer_id
    from {{ ref('int_campaign_contacts') }}
    where is_own
)

select
    placements.campaign_id,
    rivals.rival_id,
    placements.customer_id
from placements
inner join rivals on placements.campaign_id = rivals.campaign_id
inner join theirs
    on
        rivals.rival_id = theirs.campaign_id
        and placements.customer_id = theirs.customer_id
