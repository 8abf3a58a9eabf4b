"""The rules of channels: caps, gaps and quiet days, in any sequence of exports."""

from collections import Counter
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scripts.campaigns.contact_ledger import ContactListError
from scripts.campaigns.export import choose_contacts
from tests.conftest import FinishedBuild

MONDAY = date(2023, 4, 3)
DAYS = 21
WEEKDAYS = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]
CHANNELS = ("all", "email", "sms")


@dataclass(frozen=True)
class Rule:
    """A row of seeds/channels.csv; None is no such rule."""

    frequency_cap: int | None
    cap_days: int | None
    minimum_gap_days: int | None
    quiet_weekdays: frozenset[str]


@dataclass(frozen=True)
class Contact:
    """A contact of a customer; that of a list has its number."""

    customer: int
    day: int
    channel: str | None
    list_number: int | None = None


@dataclass(frozen=True)
class Marketplace:
    """Campaigns, rules, contacts made by others, and exports in a sequence.

    Attributes:
        places: per campaign, its pairs of product and customer.
        channels: per campaign, its channel.
        exports: campaign and day.
    """

    rules: dict[str, Rule]
    channels: tuple[str | None, ...]
    places: tuple[frozenset[tuple[int, int]], ...]
    others: tuple[Contact, ...]
    exports: tuple[tuple[int, int], ...]

    def rules_of(self, campaign: int) -> list[tuple[str, Rule]]:
        return [
            (name, rule)
            for name, rule in self.rules.items()
            if name in ("all", self.channels[campaign])
        ]

    def allowed(self, campaign: int, day: int, customer: int, made: list[Contact]) -> int:
        """How many contacts the rules allow on a day, one window after the other."""
        most = 99
        for name, rule in self.rules_of(campaign):
            counted = [
                contact.day
                for contact in made
                if contact.customer == customer and name in ("all", contact.channel)
            ]
            gap = rule.minimum_gap_days
            if gap is not None and any(abs(other - day) < gap for other in counted):
                return 0
            if rule.frequency_cap is None or rule.cap_days is None:
                continue
            for first in range(day - rule.cap_days + 1, day + 1):
                within = range(first, first + rule.cap_days)
                used = sum(other in within for other in counted)
                most = min(most, rule.frequency_cap - used)
        return max(most, 0)


@st.composite
def rules(draw: st.DrawFn) -> Rule:
    cap = draw(st.none() | st.integers(1, 4))
    return Rule(
        cap,
        None if cap is None else draw(st.integers(1, 8)),
        draw(st.none() | st.integers(1, 5)),
        draw(st.frozensets(st.sampled_from(WEEKDAYS), max_size=2)),
    )


@st.composite
def marketplaces(draw: st.DrawFn) -> Marketplace:
    names = draw(st.frozensets(st.sampled_from(CHANNELS), min_size=1))
    count = draw(st.integers(1, 3))
    pairs = st.tuples(st.integers(0, 4), st.integers(0, 3))
    channel = st.sampled_from(["email", "sms", None])
    days = st.integers(0, DAYS - 1)
    return Marketplace(
        {name: draw(rules()) for name in sorted(names)},
        tuple(draw(channel) for _ in range(count)),
        tuple(draw(st.frozensets(pairs, max_size=16)) for _ in range(count)),
        tuple(
            draw(st.lists(st.builds(Contact, st.integers(0, 3), days, channel), max_size=4))
        ),
        tuple(
            draw(
                st.lists(st.tuples(st.integers(0, count - 1), days), min_size=1, max_size=8)
            )
        ),
    )


def opened(market: Marketplace) -> duckdb.DuckDBPyConnection:
    """A connection as that of `open_ledger`, without exports."""
    connection = duckdb.connect()
    connection.execute(
        "attach ':memory:' as release;"
        "create table release.campaign_audiences (campaign_id text, product_id bigint,"
        " audience_rank bigint, customer_id bigint, arm text,"
        " purchase_probability double);"
        "create table release.campaign_customers (campaign_id text, customer_id bigint,"
        " explanation text, external_contact_count bigint, placed_by text,"
        " placement_probability double, history_class text);"
        # The global holdout is off.
        "create temp table held_out (customer_id text, period_from date,"
        " valid_until date);"
        "create table release.campaign_summaries (campaign_id text,"
        " cost_per_contact double, response_days bigint);"
        "create table release.channel_rules (channel text, frequency_cap bigint,"
        " cap_days bigint, minimum_gap_days bigint, quiet_weekdays text);"
        "create table release.channel_contacts (customer_id bigint, contacted_on date,"
        " channel text, contact_count bigint);"
        "create temp table ledger (customer_id text, product_id text, campaign_id text,"
        " contacted_on date, arm text, experiment_id text, export_id text,"
        " release_id text, channel text);"
        "create temp table experiments (experiment_id text, attribution_days bigint);"
        "create temp table opted_out (customer_id text)"
    )
    for name, rule in market.rules.items():
        connection.execute(
            "insert into release.channel_rules values (?, ?, ?, ?, ?)",
            [
                name,
                rule.frequency_cap,
                rule.cap_days,
                rule.minimum_gap_days,
                "|".join(sorted(rule.quiet_weekdays)) or None,
            ],
        )
    for contact in market.others:
        connection.execute(
            "insert into release.channel_contacts values (?, ?, ?, 1)",
            [contact.customer, MONDAY + timedelta(days=contact.day), contact.channel],
        )
    for number, places in enumerate(market.places):
        connection.execute(
            "insert into release.campaign_summaries values (?, 0.1, 14)", [f"{number}"]
        )
        for product, customer in sorted(places):
            connection.execute(
                "insert into release.campaign_audiences"
                " values (?, ?, ?, ?, 'contact', null)",
                [f"{number}", product, customer + 1, customer],
            )
        for customer in {customer for _, customer in places}:
            connection.execute(
                "insert into release.campaign_customers"
                " values (?, ?, 'why', 0, null, 1, null)",
                [f"{number}", customer],
            )
    return connection


def summaries(market: Marketplace) -> dict[str, dict[str, Any]]:
    return {
        f"{number}": {
            "campaign_id": f"{number}",
            "starts_on": MONDAY,
            "ends_on": MONDAY + timedelta(days=DAYS - 1),
            "frequency_cap": None,
            "priority": None,
            "channel": channel,
        }
        for number, channel in enumerate(market.channels)
    }


@pytest.mark.slow
@settings(max_examples=80)
@given(market=marketplaces())
def test_exports_in_any_order_use_what_the_rules_allow_and_no_more(
    market: Marketplace,
) -> None:
    """The rules are checked day by day, without the SQL that is under test."""
    made = list(market.others)
    told: set[tuple[int, int]] = set()
    with opened(market) as connection:
        for list_number, (campaign, day) in enumerate(market.exports):
            contact_on = MONDAY + timedelta(days=day)
            is_quiet = any(
                WEEKDAYS[contact_on.weekday()] in rule.quiet_weekdays
                for _, rule in market.rules_of(campaign)
            )
            order = (connection, summaries(market), f"{campaign}", contact_on)
            if is_quiet:
                with pytest.raises(ContactListError, match="a quiet day of"):
                    choose_contacts(*order)
                continue
            choose_contacts(*order)
            chosen = connection.execute(
                "select product_id, customer_id, channel from chosen where left_out is null"
            ).fetchall()
            open_places = Counter(
                customer
                for product, customer in market.places[campaign]
                if (product, customer) not in told
            )
            assert Counter(customer for _, customer, _ in chosen) == {
                customer: count
                for customer, places in open_places.items()
                if (count := min(places, market.allowed(campaign, day, customer, made)))
            }
            connection.execute(
                "insert into ledger select customer_id::text, product_id::text,"
                " campaign_id, ?, arm, null, 'list', 'release', channel from chosen"
                " where left_out is null",
                [contact_on],
            )
            for product, customer, channel in chosen:
                made.append(Contact(customer, day, channel, list_number))
                told.add((product, customer))
    check_rules(market, made)


def check_rules(market: Marketplace, made: list[Contact]) -> None:
    """No window with a contact of a list is beyond its cap, no two lists are too near."""
    for one in made:
        if one.list_number is None:
            continue
        for name, rule in market.rules_of(market.exports[one.list_number][0]):
            counted = [
                other
                for other in made
                if other.customer == one.customer and name in ("all", other.channel)
            ]
            for first in range(DAYS) if rule.cap_days else ():
                window = range(first, first + (rule.cap_days or 0))
                if one.day in window:
                    assert sum(other.day in window for other in counted) <= (
                        rule.frequency_cap or 0
                    )
            for other in counted if rule.minimum_gap_days else ():
                assert other.list_number == one.list_number or abs(other.day - one.day) >= (
                    rule.minimum_gap_days or 0
                )


EVERY_DAY = frozenset[str]()


def exported(market: Marketplace, day: int, **changed: object) -> Counter[str | None]:
    """Places of the first campaign by reason, after changes to the ledger."""
    with opened(market) as connection:
        if changed:
            row = {"customer_id": "0", "product_id": "9", "campaign_id": "earlier"}
            row |= {"contacted_on": MONDAY, "arm": "contact", "channel": None} | changed
            names, values = ", ".join(row), list(row.values())
            marks = ", ".join("?" for _ in values)
            connection.execute(f"insert into ledger ({names}) values ({marks})", values)
        choose_contacts(connection, summaries(market), "0", MONDAY + timedelta(days=day))
        return Counter(
            row[0] for row in connection.execute("select left_out from chosen").fetchall()
        )


def market_with(**rules: Rule) -> Marketplace:
    """A campaign by e-mail that has two places of customer 0 and one of customer 1."""
    places = frozenset({(0, 0), (1, 0), (0, 1)})
    return Marketplace(rules, ("email",), (places,), (), ())


def test_a_contact_without_a_channel_counts_over_all_channels_alone() -> None:
    """As lists of an earlier version have none."""
    cap = Rule(1, 7, None, EVERY_DAY)
    assert exported(market_with(email=cap), 1, channel=None) == {
        None: 2,
        "had their contacts in 7 days (channel email)": 1,
    }
    assert exported(market_with(all=cap), 1, channel=None) == {
        None: 1,
        "had their contacts in 7 days (channel all)": 2,
    }
    assert exported(market_with(all=cap), 7, channel=None)[None] == 2


def test_a_held_out_customer_counts_as_a_contacted_one_does() -> None:
    """The test of the other campaign ends after 14 days, the cap has 20."""
    market = market_with(email=Rule(1, 20, None, EVERY_DAY))
    held_out = {"arm": "holdout", "channel": "email"}
    assert exported(market, 15, **held_out)[None] == 1
    assert exported(market, 20, **held_out)[None] == 2


def test_contacts_of_a_list_are_one_message_and_another_list_of_the_day_is_not() -> None:
    market = market_with(email=Rule(None, None, 1, EVERY_DAY))
    assert exported(market, 0) == {None: 3}
    assert exported(market, 0, channel="email") == {
        None: 1,
        "contacts less than 1 day apart (channel email)": 2,
    }
    assert exported(market, 1, channel="email") == {None: 3}


def test_a_quiet_day_names_the_next_one_that_is_none() -> None:
    weekend = frozenset({"saturday", "sunday"})
    market = market_with(
        all=Rule(None, None, None, weekend),
        email=Rule(None, None, None, frozenset({"monday"})),
    )
    with pytest.raises(
        ContactListError,
        match=r"2023-04-08 is a Saturday, a quiet day of every channel: name another day"
        r" \(--on 2023-04-11\), or change quiet_weekdays in seeds/channels\.csv and",
    ):
        exported(market, 5)
    with pytest.raises(ContactListError, match=r"a quiet day of the channel email"):
        exported(market, 7)


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ({"channel": "e mail"}, "e mail: channel = e mail, expected letters, digits"),
        ({"channel": ""}, "a row without a name: channel = , expected letters, digits"),
        ({"frequency_cap": "0"}, "email: frequency_cap = 0, expected 1 or more."),
        ({"frequency_cap": "two"}, "email: frequency_cap = two, expected a whole number."),
        ({"cap_days": ""}, "frequency_cap = 2, but cap_days is empty: a cap needs both."),
        ({"frequency_cap": ""}, "cap_days = 7, but frequency_cap is empty: a cap needs"),
        ({"minimum_gap_days": "0"}, "email: minimum_gap_days = 0, expected 1 or more."),
        ({"quiet_weekdays": "sat"}, "quiet_weekdays has the day sat, expected monday, t"),
        ({"quiet_weekdays": "|".join(WEEKDAYS)}, "quiet_weekdays has every day of the"),
    ],
)
def test_an_invalid_channel_is_named(
    dirty_build: FinishedBuild, row: dict[str, str], said: str
) -> None:
    (problem,) = problems(dirty_build, [row])
    assert problem.startswith("seeds/channels.csv, ")
    assert said in problem


def test_a_channel_has_one_row_and_may_have_some_rules_only(
    dirty_build: FinishedBuild,
) -> None:
    some = {"frequency_cap": "", "cap_days": "", "minimum_gap_days": " 3"}
    weekend = {"channel": "All", "quiet_weekdays": "Saturday | sunday"}
    assert problems(dirty_build, [some, weekend]) == []
    assert problems(dirty_build, [{}, {"channel": "Email"}]) == [
        "seeds/channels.csv, email: the channel is in 2 rows, expected one."
    ]


def problems(build: FinishedBuild, rows: list[dict[str, str]]) -> list[str]:
    """What the data test says of rows of the seed."""
    compiled = build.folder.dbt_target / "compiled/product_audience"
    good = {"channel": "email", "frequency_cap": "2", "cap_days": "7"}
    good |= {"minimum_gap_days": "", "quiet_weekdays": ""}
    with duckdb.connect() as connection:
        connection.execute("attach ':memory:' as warehouse; use warehouse")
        connection.execute("create schema seeds; create schema staging")
        columns = ", ".join(f"{name} text" for name in good)
        connection.execute(f"create table seeds.channels ({columns})")
        for row in rows:
            connection.execute(
                "insert into seeds.channels values (?, ?, ?, ?, ?)",
                list((good | row).values()),
            )
        staging = (compiled / "models/staging/campaigns/stg_channels.sql").read_text()
        connection.execute(f"create table staging.stg_channels as {staging}")
        test = (compiled / "tests/warehouse/assert_channels_are_valid.sql").read_text()
        return [row[0] for row in connection.execute(test).fetchall()]
