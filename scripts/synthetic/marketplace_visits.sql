-- Customers and return visits of a synthetic marketplace, filled in by marketplace_visits.py.
--
-- Every draw is a hash of (seed, what is drawn, customer, number), so that any number of
-- threads gives the same log. Customers are numbered from 0 in the order of their arrival.
-- Moments are days of mean volume since the log's start.

-- Hashed twice: a hash of several values mixes the last one in by exclusive or only, so that
-- the draws of one customer would depend on each other.
create or replace macro uniform(purpose, number, event) as
    (hash(hash({seed}, purpose, number, event)) >> 11) / 9007199254740992.0;

create or replace macro permuted(number, size, stride) as
    (number * stride + {seed} % size) % size;

-- Expected returns between two times since the last visit, if no return ends it. `expected`
-- is their number for ever. Customers rest after a visit; then the hazard decays.
create or replace macro expected_returns(expected, rest, memory, since, until) as
    expected * (
        exp(-greatest(0, since - rest) / memory) - exp(-greatest(0, until - rest) / memory)
    );

-- Days until the return; null without one.
create or replace macro days_to_return(expected, rest, memory, draw) as
    case
        when -ln(draw) < expected then rest - memory * ln(1 + ln(draw) / expected)
    end;

-- The number of returns to expect of customers who have returned before.
create or replace macro expected_again(propensity, pace) as
    greatest(
        propensity, least({regular_factor} * propensity, {most_expected_again} * pace)
    );

create or replace temp table customers as
with drawn as (
    select
        range as customer,
        permuted(range, {customers}, {customer_stride}) as place,
        {days} * (range + uniform('first', range, 0)) / {customers} as first_moment,
        -- Of first events an even spread, which keeps the shares of the events exact.
        (range * 0.5698402909980532 + {event_offset}) % 1 as first_event_draw,
        -- Most keep the common pace, a few come many times as often.
        {pace} * least({largest_pace}, greatest(
            1, {pace_start} * pow(1 - uniform('pace', range, 0), -1 / {pace_exponent})
        )) as pace
    from range({customers})
)

select
    *,
    -- The planted propensity: how many returns to expect after the first visit.
    {propensity}
    * exp({cohort_growth} * first_moment / {days})
    * case when place < {browsing_customers} then {browsing_factor} else 1 end
    * case when first_event_draw < {purchase_until} and first_event_draw >= {purchase_from}
        then {purchase_factor} else 1 end
    * pace as propensity
from drawn;

create or replace temp table return_visits as
with recursive visits as (
    select
        customer,
        pace,
        propensity,
        1 as visit,
        first_moment + days_to_return(
            propensity, {newcomer_rest}, {newcomer_memory}, uniform('return', customer, 1)
        ) / pace as moment
    from customers
    where moment < {days}
    union all
    select
        customer,
        pace,
        propensity,
        visit + 1,
        visits.moment + days_to_return(
            expected_again(propensity, pace),
            {regular_rest},
            {regular_memory},
            uniform('return', customer, visit + 1)
        ) / pace as next_moment
    from visits
    where next_moment < {days}
)

select
    customer,
    visit,
    moment
from visits
{kept_visits};
