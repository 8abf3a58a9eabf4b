with slots as (
    select * from {{ ref('int_campaign_slots') }}
),

completions as (
    select * from {{ ref('int_campaign_completions') }}
),

open_products as (
    select * from {{ ref('int_campaign_open_products') }}
),

free_customers as (
    select * from {{ ref('int_campaign_free_customers') }}
),

completed as (
    select
        completions.campaign_id,
        open_products.product_id,
        free_customers.customer_id
    from completions
    inner join open_products
        on
            completions.campaign_id = open_products.campaign_id
            and completions.product_number = open_products.product_number
    inner join free_customers
        on
            completions.campaign_id = free_customers.campaign_id
            and completions.customer_number = free_customers.customer_number
),

placements as (
    select
        campaign_id,
        product_id,
        customer_id
    from slots
    union all
    select
        campaign_id,
        product_id,
        customer_id
    from completed
)

select * from placements
