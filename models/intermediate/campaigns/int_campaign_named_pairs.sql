with open_products as (
    select * from {{ ref('int_campaign_open_products') }}
),

free_customers as (
    select * from {{ ref('int_campaign_free_customers') }}
),

named as (
    select
        campaign_id,
        product_id,
        customer_id,
        true as requires_event,
        cast(null as bigint) as signal_place
    from {{ ref('int_campaign_candidates') }}
    union all
    select
        campaign_id,
        product_id,
        customer_id,
        false as requires_event,
        cast(null as bigint) as signal_place
    from {{ ref('int_campaign_exclusions') }}
    union all
    select
        campaign_id,
        product_id,
        customer_id,
        false as requires_event,
        cast(null as bigint) as signal_place
    from {{ ref('int_campaign_slots') }}
    union all
    select
        campaign_id,
        product_id,
        customer_id,
        false as requires_event,
        signal_place
    from {{ ref('int_campaign_signals') }}
),

final as (
    select
        named.campaign_id,
        open_products.product_number,
        free_customers.customer_number,
        named.signal_place
    from named
    inner join open_products
        on
            named.campaign_id = open_products.campaign_id
            and named.product_id = open_products.product_id
            and named.requires_event = open_products.requires_event
    inner join free_customers
        on
            named.campaign_id = free_customers.campaign_id
            and named.customer_id = free_customers.customer_id
)

select * from final
