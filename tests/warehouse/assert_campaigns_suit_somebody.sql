-- Every active campaign has a product for which some customer suits, or suited before
-- the contacts of its period. A warning: another log may have nobody for it.
{{ config(severity='warn') }}

with suited as (
    select distinct campaign_id
    from {{ ref('int_campaign_placements') }}
    union
    select distinct campaign_id
    from {{ ref('int_campaign_contacts') }}
    where takes_a_place
    union
    select distinct campaign_id
    from {{ ref('campaign_shortfalls') }}
    where suitable_count > 0
)

select
    'Campaign ' || campaigns.campaign_id || ' (seeds/campaigns.csv) suits nobody: no'
    || ' customer meets its rules, active_within_days, required_event and exclude.'
    || ' Loosen them, or set is_active to false.' as problem
from {{ ref('stg_campaigns') }} as campaigns
left join suited on campaigns.campaign_id = suited.campaign_id
where
    campaigns.is_active
    and suited.campaign_id is null
