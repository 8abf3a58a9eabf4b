{#
    Contacted customers whom a ranking placed, and whether they responded: once each, from the
    first contact on, if the log covers their response window.
#}
with campaigns as (
    select * from {{ ref('stg_campaigns') }}
),

log_window as (
    select * from {{ ref('int_log_window') }}
),

-- Only contacts of campaigns that explored then: others are of another time.
numbered as (
    select
        campaign_id,
        customer_id,
        contacted_at,
        placed_by,
        placement_probability,
        history_class,
        row_number() over (
            partition by campaign_id, customer_id
            order by contacted_at, product_id
        ) as contact_number
    from {{ ref('stg_contacts') }}
    where
        outcome = 'accepted'
        and placement_probability < 1
        and arm = 'contact'
        and experiment_id is null
),

contacted as (
    select * from numbered
    where contact_number = 1
),

windows as (
    select
        contacted.*,
        cast(contacted.contacted_at as timestamp)
        + interval '1' day * campaigns.response_days as responds_until
    from contacted
    inner join campaigns on contacted.campaign_id = campaigns.campaign_id
),

purchases as (
    select
        customer_id,
        event_at
    from {{ ref('int_interactions') }}
    where event = 'purchased'
),

final as (
    select
        windows.campaign_id,
        windows.customer_id,
        windows.placed_by,
        windows.placement_probability,
        windows.history_class,
        max(case when purchases.customer_id is not null then 1 else 0 end) as responded
    from windows
    inner join log_window on windows.responds_until <= log_window.last_interaction_at
    left join purchases
        on
            windows.customer_id = purchases.customer_id
            and windows.contacted_at <= purchases.event_at
            and windows.responds_until > purchases.event_at
    group by
        windows.campaign_id, windows.customer_id, windows.placed_by,
        windows.placement_probability, windows.history_class
)

select * from final
