{#
    Who has the customers of campaigns that share them. A campaign comes first for a customer
    if its priority does; of equal priorities, if a contact is expected to earn more, or the
    same and its turn comes first.
#}
with rivals as (
    select * from {{ ref('int_campaign_turns') }}
),

placements as (
    select distinct
        campaign_id,
        customer_id
    from {{ ref('int_campaign_placements') }}
),

-- Those below the caps.
campaign_customers as (
    select
        campaign_id,
        customer_id,
        coalesce(expected_profit, 0) as expected_profit
    from {{ ref('int_campaign_order') }}
    where capacity > 0
),

claims as (
    select
        rivals.campaign_id,
        placements.customer_id,
        case
            when rivals.rival_priority <> rivals.priority
                then rivals.rival_turn < rivals.turn
            when theirs.expected_profit <> campaign_customers.expected_profit
                then theirs.expected_profit > campaign_customers.expected_profit
            else rivals.rival_turn < rivals.turn
        end as is_earlier
    from rivals
    inner join placements on rivals.rival_id = placements.campaign_id
    inner join campaign_customers
        on
            rivals.campaign_id = campaign_customers.campaign_id
            and placements.customer_id = campaign_customers.customer_id
    inner join campaign_customers as theirs
        on
            rivals.rival_id = theirs.campaign_id
            and placements.customer_id = theirs.customer_id
),

final as (
    select
        campaign_id,
        customer_id,
        max(case when is_earlier then 1 else 0 end) = 1 as is_earlier
    from claims
    group by campaign_id, customer_id
)

select * from final
