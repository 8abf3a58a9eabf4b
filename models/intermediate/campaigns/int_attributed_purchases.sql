{#
    The share of each purchase that each campaign gets: a purchase belongs to the touches of
    its customer whose response window it lies in. By last touch the last one gets all of it.
    By position the first and the last get 40 % each and those between them share the rest; of
    two, each gets half.
#}
with touches as (
    select * from {{ ref('int_campaign_touches') }}
    where arm = 'contact'
),

purchases as (
    select
        customer_id,
        product_id,
        event_at,
        row_number() over (
            order by customer_id, event_at, product_id
        ) as purchase_id
    from {{ ref('int_interactions') }}
    where event = 'purchased'
),

numbered as (
    select
        purchases.purchase_id,
        touches.campaign_id,
        touches.value_per_conversion,
        row_number() over (
            partition by purchases.purchase_id
            order by touches.touched_at, touches.campaign_id
        ) as touch_number,
        count(*) over (partition by purchases.purchase_id) as touch_count
    from purchases
    inner join touches
        on
            purchases.customer_id = touches.customer_id
            and purchases.event_at >= touches.touched_at
            and purchases.event_at < touches.responds_until
),

final as (
    select
        purchase_id,
        campaign_id,
        value_per_conversion,
        case when touch_number = touch_count then 1.0 else 0.0 end as last_touch_share,
        case
            when touch_count = 1 then 1.0
            when touch_count = 2 then 0.5
            when touch_number in (1, touch_count) then 0.4
            else 0.2 / (touch_count - 2)
        end as position_share
    from numbered
)

select * from final
