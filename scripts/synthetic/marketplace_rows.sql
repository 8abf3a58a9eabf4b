-- One row per interaction of a synthetic marketplace log, computed row by row from hashes
-- of (seed, what is drawn, customer, event): any number of threads gives the same log.
--
-- Filled in by marketplace_rows.py. Times are seconds since the log's start. Customers
-- and products are numbered from 0 here; `permuted` hides those numbers behind the ids.
with activity as (
    -- Each customer of a class with a given number of interactions, as a range of numbers.
    from activity_ranges
),

customers as (
    select
        activity.customer_class,
        activity.interactions,
        activity.late_interactions,
        unnest(range(activity.first_customer, activity.last_customer)) as customer
    from activity
),

-- The first interaction of most customers is the one that makes sure that a product is in
-- the log at all; it happens after that product's launch.
introductions as (
    select
        *,
        customer_class = 'late' as starts_late,
        case
            when customer_class = 'late'
                then permuted(customer - {early_customers}, {late_customers}, {late_stride})
            else permuted(customer, {early_customers}, {early_stride})
        end as introduced
    from customers
),

introduced_products as (
    select
        * exclude (introduced),
        case
            when starts_late and introduced < {late_products}
                then late_product(introduced)
            when not starts_late and introduced < {early_products} then introduced
        end as introduced_product
    from introductions
),

visits as (
    select
        *,
        case
            -- Those who return are seen first at any time before the split, more often
            -- shortly before it: a comeback after half a year is rare.
            when customer_class = 'returning' then pow(uniform('first', customer, 0), 0.6)
            else uniform('first', customer, 0)
        end as first_position,
        case when starts_late then {split_second} else 0 end as side_start,
        case when starts_late then {last_second} else {split_second} end as side_end
    from introduced_products
),

first_visits as (
    select
        *,
        case
            when introduced_product is null then side_start
            else greatest(side_start, launch(introduced_product))
        end as earliest_second,
        -- A session lasts at most an hour, and ends on the side where it began.
        side_end - 3600 as latest_second
    from visits
),

timed_customers as (
    select
        * exclude (first_position, earliest_second, latest_second, side_start),
        time_of_day(
            earliest_second + first_position * (latest_second - earliest_second),
            earliest_second, latest_second
        ) as first_second
    from first_visits
),

events as (
    select
        *,
        event >= interactions - late_interactions as is_late
    from (select *, unnest(range(interactions)) as event from timed_customers)
),

sessions as (
    select
        *,
        case
            when event = 0 then 0
            -- A returning customer has one late session, after early ones.
            when customer_class = 'returning' and is_late then 1
            -- Most go on within their first session; the others come back within days.
            when uniform('session', customer, event) < 0.7 then 0
            else event
        end as session
    from events
),

timed_events as (
    select
        *,
        case
            when session = 0 then first_second
            when customer_class = 'returning' and is_late
                then
                    {split_second}
                    + uniform('comeback', customer, 0)
                    * ({last_second} - {split_second} - 3600)
            else
                first_second + least(
                    -1209600 * ln(1 - uniform('gap', customer, session)),
                    (side_end - 3600 - first_second) * uniform('gap', customer, session)
                )
        end
        -- At most an hour into the session; the millisecond is the number of the event, so
        -- that no two events of a customer fall on one instant.
        + event * 3600.0 / (interactions + 1) as second_of_log
    from sessions
),

tastes as (
    select
        *,
        floor(uniform('taste', customer, 0) * {taste_groups}) as taste_group,
        customer_class = 'returning'
        and event > 0
        and uniform('follows taste', customer, event) < {taste} as follows_taste
    from timed_events
),

-- Two tries at a product that has been launched, popular ones more often; then one that
-- was there from the start.
tries as (
    select
        *,
        drawn_product(
            is_late,
            uniform('product', customer, event),
            uniform('newcomer', customer, event),
            follows_taste, taste_group
        ) as first_try,
        drawn_product(
            is_late,
            uniform('second product', customer, event),
            uniform('second newcomer', customer, event),
            follows_taste, taste_group
        ) as second_try
    from tastes
),

chosen as (
    select
        *,
        case
            when event = 0 and introduced_product is not null then introduced_product
            when
                not follows_taste
                and introduced_product is not null
                and is_late = starts_late
                and uniform('same product', customer, event) < 0.35
                then introduced_product
            when launch(first_try) <= second_of_log then first_try
            when launch(second_try) <= second_of_log then second_try
            when is_late then late_product(second_try % {surviving_products})
            else second_try - second_try % 5
        end as product,
        -- Of first events an even spread, which keeps the shares of the events exact; later
        -- ones do not depend on it.
        case
            when event = 0 then (customer * 0.6180339887498949 + {event_offset}) % 1
            else uniform('event', customer, event)
        end
        as event_position
    from tries
)

select
    1 + permuted(customer, {customers}, {customer_stride}) as customer_id,
    1 + permuted(product, {products}, {product_stride}) as product_id,
    case {event_cases} end as event,
    timestamp '{first_date}' + to_milliseconds(cast(floor(second_of_log) * 1000 + event as bigint))
    as event_date,
    product_name(product) as product_name,
    customer,
    event as event_number
from chosen
