-- Every active campaign has at least one product in scope.
with products as (
    select distinct campaign_id
    from {{ ref('int_campaign_products') }}
)

select
    'seeds/campaign_rules.csv: the rules of ' || campaigns.campaign_id
    || ' leave no product in scope. Loosen its rules for products.' as problem
from {{ ref('stg_campaigns') }} as campaigns
left join products on campaigns.campaign_id = products.campaign_id
where
    campaigns.is_active
    and products.campaign_id is null
