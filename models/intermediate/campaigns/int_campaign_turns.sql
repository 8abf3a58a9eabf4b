{#
    In which order campaigns that share their customers place them: by priority; of equal
    priority the campaign first whose contacts are expected to earn more. There a customer is
    offered first to the campaign that earns more from them (campaign_turns.py).
#}
with rivals as (
    select * from {{ ref('int_campaign_rivals') }}
),

campaigns as (
    select
        campaign_id,
        priority
    from {{ ref('stg_campaigns') }}
),

sharing as (
    select distinct campaign_id
    from rivals
),

profits as (
    select
        campaign_id,
        sum(customer_count * expected_profit)
        / sum(case when expected_profit is not null then customer_count end)
            as expected_profit
    from {{ ref('int_class_values') }}
    where score_class <> 'other'
    group by campaign_id
),

turns as (
    select
        sharing.campaign_id,
        campaigns.priority,
        row_number() over (
            order by
                campaigns.priority asc,
                case when profits.expected_profit is null then 1 else 0 end asc,
                profits.expected_profit desc,
                sharing.campaign_id asc
        ) as turn
    from sharing
    inner join campaigns on sharing.campaign_id = campaigns.campaign_id
    left join profits on sharing.campaign_id = profits.campaign_id
),

final as (
    select
        rivals.campaign_id,
        turns.priority,
        turns.turn,
        rivals.rival_id,
        rival_turns.priority as rival_priority,
        rival_turns.turn as rival_turn
    from rivals
    inner join turns on rivals.campaign_id = turns.campaign_id
    inner join turns as rival_turns on rivals.rival_id = rival_turns.campaign_id
)

select * from final
