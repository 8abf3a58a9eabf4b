{#
    What the rules of channels leave of a customer on the day for which the build places:
    the reference time, or the first day of the period if it is later. Contacts after that day
    count as well, because lists may be exported in any order. `audience export` decides again
    for the day of the list (scripts/campaigns/channel_limits.sql).
#}
with campaigns as (
    select * from {{ ref('stg_campaigns') }}
    where is_active
),

channels as (
    select * from {{ ref('stg_channels') }}
),

contacts as (
    select * from {{ ref('int_channel_contacts') }}
),

log_window as (
    select * from {{ ref('int_log_window') }}
),

rules as (
    select
        campaigns.campaign_id,
        channels.channel,
        channels.frequency_cap,
        channels.cap_days,
        channels.minimum_gap_days,
        least(
            greatest(campaigns.starts_on, cast(log_window.as_of_at as date)),
            campaigns.ends_on
        ) as placed_on
    from campaigns
    inner join channels
        on channels.channel = 'all' or campaigns.channel = channels.channel
    cross join log_window
),

-- The days from a contact to the day of the placement are negative.
counted as (
    select
        rules.campaign_id,
        rules.channel,
        rules.frequency_cap,
        rules.cap_days,
        rules.minimum_gap_days,
        contacts.customer_id,
        {{ dbt.datediff('rules.placed_on', 'contacts.contacted_on', 'day') }}
            as day_number,
        sum(contacts.contact_count) as contact_count
    from rules
    inner join contacts
        on rules.channel = 'all' or rules.channel = contacts.channel
    group by
        rules.campaign_id, rules.channel, rules.frequency_cap, rules.cap_days,
        rules.minimum_gap_days, rules.placed_on, contacts.customer_id,
        contacts.contacted_on
),

-- The fullest window with the day begins on the day, or on that of a contact before it.
window_starts as (
    select
        campaign_id,
        channel,
        customer_id,
        cap_days,
        day_number as starts_at
    from counted
    where
        day_number <= 0
        and day_number > -cap_days
    union
    select
        campaign_id,
        channel,
        customer_id,
        cap_days,
        0 as starts_at
    from counted
),

window_counts as (
    select
        window_starts.campaign_id,
        window_starts.channel,
        window_starts.customer_id,
        window_starts.starts_at,
        counted.frequency_cap - sum(counted.contact_count) as room
    from window_starts
    inner join counted
        on
            window_starts.campaign_id = counted.campaign_id
            and window_starts.channel = counted.channel
            and window_starts.customer_id = counted.customer_id
            and window_starts.starts_at <= counted.day_number
            and window_starts.starts_at + window_starts.cap_days > counted.day_number
    group by
        window_starts.campaign_id, window_starts.channel, window_starts.customer_id,
        window_starts.starts_at, counted.frequency_cap
),

rooms as (
    select
        campaign_id,
        customer_id,
        cast(min(room) as bigint) as room
    from window_counts
    group by campaign_id, customer_id
),

gaps as (
    select
        campaign_id,
        customer_id,
        max(case when abs(day_number) < minimum_gap_days then 1 else 0 end) as is_near
    from counted
    group by campaign_id, customer_id
),

final as (
    select
        gaps.campaign_id,
        gaps.customer_id,
        rooms.room,
        gaps.is_near = 1 as is_too_soon
    from gaps
    left join rooms
        on
            gaps.campaign_id = rooms.campaign_id
            and gaps.customer_id = rooms.customer_id
)

select * from final
