with campaigns as (
    select * from {{ ref('stg_campaigns') }}
    where
        is_active
        and required_event is not null
),

campaign_products as (
    select * from {{ ref('int_campaign_products') }}
),

campaign_customers as (
    select * from {{ ref('int_campaign_customers') }}
),

exclusions as (
    select * from {{ ref('int_campaign_exclusions') }}
),

interactions as (
    select * from {{ ref('int_interactions') }}
),

log_window as (
    select * from {{ ref('int_log_window') }}
),

with_event as (
    select distinct
        campaign_products.campaign_id,
        campaign_products.product_id,
        interactions.customer_id
    from interactions
    inner join campaigns on interactions.event = campaigns.required_event
    inner join campaign_products
        on
            campaigns.campaign_id = campaign_products.campaign_id
            and interactions.product_id = campaign_products.product_id
    cross join log_window
    where {{ within_days(
        'interactions.event_at', 'log_window.as_of_at', 'campaigns.required_within_days'
    ) }}
),

final as (
    select
        with_event.campaign_id,
        with_event.product_id,
        with_event.customer_id
    from with_event
    inner join campaign_customers
        on
            with_event.campaign_id = campaign_customers.campaign_id
            and with_event.customer_id = campaign_customers.customer_id
    left join exclusions
        on
            with_event.campaign_id = exclusions.campaign_id
            and with_event.product_id = exclusions.product_id
            and with_event.customer_id = exclusions.customer_id
    where exclusions.customer_id is null
)

select * from final
