with campaign_customers as (
    select * from {{ ref('int_campaign_order') }}
),

slot_counts as (
    select
        campaign_id,
        customer_id,
        count(*) as slot_count
    from {{ ref('int_campaign_slots') }}
    group by campaign_id, customer_id
),

final as (
    select
        campaign_customers.campaign_id,
        campaign_customers.customer_id,
        campaign_customers.customer_rank,
        campaign_customers.expected_profit,
        campaign_customers.capacity - coalesce(slot_counts.slot_count, 0) as room,
        row_number() over (
            partition by campaign_customers.campaign_id
            order by campaign_customers.campaign_rank
        ) as customer_number
    from campaign_customers
    left join slot_counts
        on
            campaign_customers.campaign_id = slot_counts.campaign_id
            and campaign_customers.customer_id = slot_counts.customer_id
    where campaign_customers.capacity > coalesce(slot_counts.slot_count, 0)
)

select * from final
