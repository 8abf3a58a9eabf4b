-- Every active campaign has a product with at least one suitable customer, counted
-- before the contacts of its period. A warning, because another log may have none.
{{ config(severity='warn') }}

with suited as (
    select distinct campaign_id
    from {{ ref('int_campaign_placements') }}
    union
    select distinct campaign_id
    from {{ ref('int_campaign_contacts') }}
    union
    select distinct campaign_id
    from {{ ref('campaign_shortfalls') }}
    where suitable_count > 0
)

select
    'Campaign ' || campaigns.campaign_id || ' (seeds/campaigns.csv) has no customer: no'
    || ' customer meets its rules, active_within_days, required_event and exclude.'
    || ' Loosen them, or set is_active to false.' as problem
from {{ ref('stg_campaigns') }} as campaigns
left join suited on campaigns.campaign_id = suited.campaign_id
where
    campaigns.is_active
    and suited.campaign_id is null
