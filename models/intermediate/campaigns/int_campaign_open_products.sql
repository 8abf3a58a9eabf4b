with campaigns as (
    select * from {{ ref('stg_campaigns') }}
    where is_active
),

campaign_products as (
    select * from {{ ref('int_campaign_products') }}
),

slot_counts as (
    select
        campaign_id,
        product_id,
        count(*) as slot_count
    from {{ ref('int_campaign_slots') }}
    group by campaign_id, product_id
),

final as (
    select
        campaign_products.campaign_id,
        campaign_products.product_id,
        campaigns.diversity_weight,
        campaigns.coverage_weight,
        campaigns.required_event is not null as requires_event,
        campaign_products.open_count - coalesce(slot_counts.slot_count, 0)
            as open_count,
        row_number() over (
            partition by campaign_products.campaign_id
            order by campaign_products.product_place
        ) as product_number
    from campaign_products
    inner join campaigns on campaign_products.campaign_id = campaigns.campaign_id
    left join slot_counts
        on
            campaign_products.campaign_id = slot_counts.campaign_id
            and campaign_products.product_id = slot_counts.product_id
    where campaign_products.open_count > coalesce(slot_counts.slot_count, 0)
)

select * from final
