with rivals as (
    select * from {{ ref('int_campaign_turns') }}
),

placements as (
    select * from {{ ref('int_campaign_placements') }}
),

campaign_customers as (
    select * from {{ ref('int_campaign_customers') }}
    where capacity > 0
),

claims as (
    select
        rivals.campaign_id,
        placements.customer_id,
        min(rivals.rival_turn - rivals.turn) as turns_later
    from rivals
    inner join placements on rivals.rival_id = placements.campaign_id
    group by rivals.campaign_id, placements.customer_id
),

final as (
    select
        claims.campaign_id,
        claims.customer_id,
        claims.turns_later < 0 as is_earlier
    from claims
    inner join campaign_customers
        on
            claims.campaign_id = campaign_customers.campaign_id
            and claims.customer_id = campaign_customers.customer_id
)

select * from final
