-- One row per interaction of a synthetic marketplace log; filled in by marketplace_rows.py.
--
-- Products are numbered from 0 in the order in which the log first shows them; `permuted`
-- hides the numbers of customers and products behind the ids.

create or replace macro customer_id(customer) as
    1 + permuted(customer, {all_customers}, {id_stride});

-- The second of the log at a moment.
create or replace macro clock(moment) as
    getvariable('clock')[1 + cast(floor(moment * 24) as int)]
    + (moment * 24 - floor(moment * 24)) * (
        getvariable('clock')[2 + cast(floor(moment * 24) as int)]
        - getvariable('clock')[1 + cast(floor(moment * 24) as int)]
    );

-- Products that have come in up to a share of the time; faster at first.
create or replace macro introduced(share) as
    cast(floor({products} * (share + {introduction_bend} * (share - share * share))) as bigint);

-- One of the `size` products that are there: an old one, which is popular, or one of the
-- newest.
create or replace macro chosen_product(size, draw, newest, follows_taste, taste_group) as
    cast(case
        when follows_taste
            then least(
                floor({popular_share} * size * pow(draw, {popularity}) / {taste_groups})
                * {taste_groups}
                + taste_group,
                size - 1
            )
        when newest < {newest_share} then size - 1 - floor(size * pow(draw, {novelty}))
        else floor({popular_share} * size * pow(draw, {popularity}))
    end as bigint);

create or replace macro product_name(product) as
    {adjectives}[1 + cast(hash(product, 'adjective') % {adjective_count} as int)]
    || ' '
    || {nouns}[1 + cast(hash(product, 'noun') % {noun_count} as int)]
    || ' ' || (product + 1);

create or replace macro taste_group(customer) as
    cast(floor(uniform('taste', customer, 0) * {taste_groups}) as int);

create or replace temp view timed_events as
with visits as (
    select
        customer,
        0 as visit,
        first_moment as moment,
        clock(first_moment) as second_of_log,
        first_event_draw,
        -- The extra events are spread over the customers who browse, without a remainder.
        1
        + {extras} * least({browsing_customers}, place + 1) // {browsing_customers}
        - {extras} * least({browsing_customers}, place) // {browsing_customers} as events,
        3600 as visit_seconds
    from customers
    union all
    select customer, visit, moment, clock(moment), null, 1, 0 from return_visits
    union all
    -- Automated customers are busy for most of one day.
    select
        {customers} + range,
        0,
        {days} * uniform('automated', range, 0),
        86400 * floor(clock({days} * uniform('automated', range, 0)) / 86400) + 7200,
        null,
        {fewest_automated_events} + range * 137 % {automated_spread},
        72000
    from range({automated})
),

events as (
    select
        *,
        unnest(range(events)) as event
    from visits
)

select
    customer,
    visit,
    event,
    event_number,
    first_event_draw,
    least({days}, moment) as moment,
    -- The millisecond is the number of the event, so that no two events of a customer fall on
    -- one instant.
    cast(floor(second_of_log + event * visit_seconds / (events + 1)) as bigint) * 1000
    + event as millisecond
from (select *, visit * 1000 + event as event_number from events);

create or replace temp view log_rows as
with introductions as (
    select
        *,
        introduced(customer / {customers}) as newest_product,
        -- The first visit of some customers introduces a product.
        visit = 0
        and customer < {customers}
        and introduced((customer + 1) / {customers}) > introduced(customer / {customers})
        as introduces,
        event_number > 0
        and uniform('follows taste', customer, event_number) < {taste} as follows_taste
    from timed_events
),

chosen as (
    select
        *,
        case
            when
                introduces
                and (
                    event = 0
                    or not follows_taste
                    and uniform('same product', customer, event) < {same_product_share}
                )
                then newest_product
            else chosen_product(
                greatest(1, introduced(moment / {days})),
                uniform('product', customer, event_number),
                uniform('newest', customer, event_number),
                follows_taste,
                taste_group(customer)
            )
        end as product,
        -- Later events do not depend on the first one.
        coalesce(
            case when event = 0 then first_event_draw end,
            uniform('event', customer, event_number)
        ) as event_draw
    from introductions
)

select
    customer_id(customer) as customer_id,
    1 + permuted(product, {products}, {product_stride}) as product_id,
    case {event_cases} end as event,
    timestamp '{first_date}' + to_milliseconds(millisecond) as event_date,
    product_name(product) as product_name,
    customer,
    event_number
from chosen;
