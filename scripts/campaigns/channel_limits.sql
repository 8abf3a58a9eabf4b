-- What the rules of channels leave of each customer on the day of a list.
-- Reads `channel_rules` (those that hold for the list), `ledger` (exports until now) and
-- `other_contacts` (contacts made by others, as the build knew them); $contact_on is the day.

create or replace temp table channel_limits as
with contacts as (
    select
        customer_id,
        channel,
        contacted_on,
        1 as contact_count
    from ledger
    union all
    select
        customer_id,
        channel,
        contacted_on,
        contact_count
    from other_contacts
),

-- The days from a contact to the day of the list are negative.
counted as (
    select
        channel_rules.channel as rule,
        channel_rules.cap_days,
        channel_rules.minimum_gap_days,
        contacts.customer_id,
        contacts.contacted_on - $contact_on::date as day_number,
        sum(contacts.contact_count) as contact_count
    from channel_rules
    inner join contacts
        on
            channel_rules.channel = 'all'
            or channel_rules.channel = contacts.channel
    group by all
),

-- The fullest window with the day begins on the day, or on that of a contact before it. Later
-- contacts count as well, because lists may be exported in any order.
window_starts as (
    select
        rule,
        customer_id,
        cap_days,
        day_number as starts_at
    from counted
    where
        day_number <= 0
        and day_number > -cap_days
    union
    select
        rule,
        customer_id,
        cap_days,
        0 as starts_at
    from counted
),

window_counts as (
    select
        window_starts.rule,
        window_starts.customer_id,
        window_starts.starts_at,
        sum(counted.contact_count) as contact_count
    from window_starts
    inner join counted
        on
            window_starts.rule = counted.rule
            and window_starts.customer_id = counted.customer_id
            and window_starts.starts_at <= counted.day_number
            and window_starts.starts_at + window_starts.cap_days > counted.day_number
    group by all
),

used as (
    select
        rule,
        customer_id,
        max(contact_count) as contact_count
    from window_counts
    group by all
),

near as (
    select
        rule,
        customer_id
    from counted
    where abs(day_number) < minimum_gap_days
    group by all
),

customers as (
    select distinct customer_id
    from counted
),

ruled as (
    select
        customers.customer_id,
        channel_rules.channel as rule,
        channel_rules.frequency_cap - coalesce(used.contact_count, 0) as room,
        channel_rules.cap_reason,
        case when near.customer_id is not null then channel_rules.gap_reason end
            as gap_reason
    from customers
    cross join channel_rules
    left join used
        on
            customers.customer_id = used.customer_id
            and channel_rules.channel = used.rule
    left join near
        on
            customers.customer_id = near.customer_id
            and channel_rules.channel = near.rule
),

limited as (
    select
        customer_id,
        min(room) as room,
        first(cap_reason order by room nulls last, rule) as cap_reason,
        min(gap_reason) as gap_reason
    from ruled
    group by customer_id
),

-- Customers without contacts have the whole cap; their row has no customer_id.
all_others as (
    select
        null as customer_id,
        min(frequency_cap) as room,
        first(cap_reason order by frequency_cap nulls last, channel) as cap_reason,
        null as gap_reason
    from channel_rules
)

select * from limited
union all
select * from all_others;
