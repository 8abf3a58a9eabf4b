-- No customer is in the audience of a product that the campaign excludes for them,
-- about which they were contacted in its period, or from which any campaign holds them
-- out.
select
    campaign_audiences.campaign_id,
    campaign_audiences.product_id,
    campaign_audiences.customer_id
from {{ ref('campaign_audiences') }} as campaign_audiences
inner join {{ ref('stg_campaigns') }} as campaigns
    on campaign_audiences.campaign_id = campaigns.campaign_id
cross join {{ ref('int_log_window') }} as log_window
left join {{ ref('int_customer_products') }} as customer_products
    on
        campaign_audiences.product_id = customer_products.product_id
        and campaign_audiences.customer_id = customer_products.customer_id
left join {{ ref('stg_contacts') }} as contacts
    on
        campaign_audiences.product_id = contacts.product_id
        and campaign_audiences.customer_id = contacts.customer_id
        and contacts.outcome = 'accepted'
        and cast(contacts.contacted_at as date) between campaigns.starts_on
        and campaigns.ends_on
where
    contacts.customer_id is not null
    or (
        campaigns.exclude = 'any'
        and {{ dbt.datediff(
            'customer_products.last_interaction_at', 'log_window.as_of_at', 'day'
        ) }} <= coalesce(campaigns.exclude_within_days, 1000000)
    )
    or (
        campaigns.exclude = 'purchased'
        and {{ dbt.datediff(
            'customer_products.last_purchased_at', 'log_window.as_of_at', 'day'
        ) }} <= coalesce(campaigns.exclude_within_days, 1000000)
    )
