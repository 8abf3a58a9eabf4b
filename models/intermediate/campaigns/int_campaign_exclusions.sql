with campaigns as (
    select * from {{ ref('stg_campaigns') }}
    where is_active
),

campaign_products as (
    select * from {{ ref('int_campaign_products') }}
),

campaign_customers as (
    select * from {{ ref('int_campaign_customers') }}
),

customer_products as (
    select * from {{ ref('int_customer_products') }}
),

contacts as (
    select * from {{ ref('int_campaign_contacts') }}
),

log_window as (
    select * from {{ ref('int_log_window') }}
),

by_policy as (
    select
        campaign_products.campaign_id,
        campaign_products.product_id,
        customer_products.customer_id
    from campaign_products
    inner join campaigns on campaign_products.campaign_id = campaigns.campaign_id
    inner join customer_products
        on campaign_products.product_id = customer_products.product_id
    cross join log_window
    where
        case campaigns.exclude
            when 'any' then {{ within_days(
                'customer_products.last_interaction_at', 'log_window.as_of_at',
                'campaigns.exclude_within_days'
            ) }}
            when 'purchased' then {{ within_days(
                'customer_products.last_purchased_at', 'log_window.as_of_at',
                'campaigns.exclude_within_days'
            ) }}
            else false
        end
),

-- A customer contacted about a product in the period is not contacted about it again. A
-- customer held out from it by any campaign is not contacted about it at all.
by_contact as (
    select
        campaign_products.campaign_id,
        campaign_products.product_id,
        contacts.customer_id
    from campaign_products
    inner join contacts
        on
            campaign_products.campaign_id = contacts.campaign_id
            and campaign_products.product_id = contacts.product_id
),

feedback_pairs as (
    select * from {{ ref('int_feedback_pairs') }}
),

by_feedback as (
    select
        campaign_products.campaign_id,
        campaign_products.product_id,
        feedback_pairs.customer_id
    from campaign_products
    inner join feedback_pairs
        on campaign_products.product_id = feedback_pairs.product_id
),

combined as (
    select
        campaign_id,
        product_id,
        customer_id
    from by_policy
    union
    select
        campaign_id,
        product_id,
        customer_id
    from by_contact
    union
    select
        campaign_id,
        product_id,
        customer_id
    from by_feedback
),

eligible as (
    select combined.*
    from combined
    inner join campaign_customers
        on
            combined.campaign_id = campaign_customers.campaign_id
            and combined.customer_id = campaign_customers.customer_id
)

select * from eligible
