with windows as (
    select * from {{ ref('int_response_windows') }}
),

interactions as (
    select * from {{ ref('int_interactions') }}
),

buyers as (
    select
        windows.campaign_id,
        windows.origin,
        interactions.customer_id
    from windows
    inner join interactions
        on
            windows.starts_at <= interactions.event_at
            and windows.ends_at > interactions.event_at
    where interactions.event = 'purchased'
    group by windows.campaign_id, windows.origin, interactions.customer_id
)

select * from buyers
