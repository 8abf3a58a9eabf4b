"""The global holdout on a log with a planted effect, and its interval in simulations."""

from datetime import date
from math import sqrt
from typing import Any

import duckdb
import numpy
import pyarrow as pa
import pytest

from scripts.campaigns.export import export_campaign
from tests.conftest import FinishedBuild, read_release, read_warehouse
from tests.planted_holdout import ADDED, CUSTOMERS, PERIODS, draw, is_held_out, rows

LISTS = (
    "product_audiences",
    "cold_start_audience",
    "campaign_audiences",
    "campaign_customers",
    "lookup.ranking",
    "lookup.list_members",
    "lookup.candidates",
    "lookup.attribute_customers",
)
OPTED_OUT = set(range(31, 41))


def known() -> set[int]:
    return {customer for customer, *_ in rows()} - OPTED_OUT


def held_out(period_from: str) -> set[int]:
    return {customer for customer in known() if is_held_out(customer, period_from)}


def records(build: FinishedBuild, query: str) -> list[dict[str, Any]]:
    with read_release(build.folder) as release:
        found: list[dict[str, Any]] = release.execute(query).to_arrow_table().to_pylist()
        return found


def test_it_has_the_customers_of_the_definition(holdout_build: FinishedBuild) -> None:
    found = records(holdout_build, "from global_holdout")
    by_period = {
        period: {row["customer_id"] for row in found if str(row["period_from"]) == period}
        for period in PERIODS
    }
    assert by_period[PERIODS[0]] == set()  # It has ended.
    assert by_period[PERIODS[1]] == held_out(PERIODS[1])
    assert by_period[PERIODS[2]] == held_out(PERIODS[2])
    assert {(str(row["period_from"]), row["is_current"]) for row in found} == {
        (PERIODS[1], True),
        (PERIODS[2], False),
    }
    # The periods are drawn apart: a fifth of those of one are in the next.
    both = len(by_period[PERIODS[1]] & by_period[PERIODS[2]])
    assert both / len(by_period[PERIODS[1]]) == pytest.approx(0.2, abs=0.06)
    periods = records(holdout_build, "from holdout_periods order by period_from")
    assert [(row["valid_until"], row["is_current"]) for row in periods] == [
        (date(2023, 3, 31), False),
        (date(2023, 5, 31), True),
        (date(2023, 7, 31), False),
    ]
    assert [row["held_out_customers"] for row in periods] == [
        None,
        len(held_out(PERIODS[1])),
        len(held_out(PERIODS[2])),
    ]


def test_they_are_scored_and_in_no_list(holdout_build: FinishedBuild) -> None:
    out = held_out(PERIODS[1])
    assert len(out & set(range(1, 61))) > 5  # Some of the most active ones.
    with read_release(holdout_build.folder) as release:
        for table in LISTS:
            found = {
                row[0]
                for row in release.execute(
                    f"select distinct customer_id from {table}"
                ).fetchall()
            }
            assert found, table
            assert not found & out, table
        ranks = dict(
            release.execute("select customer_id, customer_rank from customers").fetchall()
        )
        places = dict(
            release.execute(
                "select customer_id, customer_rank from lookup.ranking"
            ).fetchall()
        )
        engagement = release.execute(
            "select count(*), max(engagement_rank), count(distinct engagement_rank)"
            " from customers"
        ).fetchone()
        sizes = release.execute(
            "select min(n), max(n) from"
            " (select count(*) as n from product_audiences group by product_id)"
        ).fetchone()
    assert ranks.keys() == known()
    # Those of lists come first, without gaps; the others after them.
    assert places == {one: rank for one, rank in ranks.items() if one not in out}
    assert sorted(places.values()) == list(range(1, len(known() - out) + 1))
    assert engagement == (len(known()),) * 3
    assert sizes == (10, 10)


def test_the_planted_effect_is_found(holdout_build: FinishedBuild) -> None:
    found = {
        (str(row["until_on"]), row["span"]): row
        for row in records(holdout_build, "from holdout_effects")
    }
    log = rows()
    for until, months in (("2023-02-28", (2,)), ("2023-03-31", (3,))):
        row = found[until, "month"]
        first_day = f"2023-{months[0]:02d}-01"
        population = {c for c, _, _, at in log if at < first_day}
        out = {customer for customer in population if is_held_out(customer, PERIODS[0])}
        bought = [
            customer
            for customer, _, event, at in log
            if event == "purchased"
            and first_day <= at < until + " 24"
            and customer in population
        ]
        others = population - out
        rates = [len(set(bought) & arm) / len(arm) for arm in (out, others)]
        revenue = [
            5 * sum(customer in arm for customer in bought) / len(arm)
            for arm in (out, others)
        ]
        assert row["is_complete"]
        assert row["held_out_customers"] == len(out)
        assert row["contactable_customers"] == len(others)
        assert row["held_out_conversion_rate"] == pytest.approx(rates[0])
        assert row["contactable_conversion_rate"] == pytest.approx(rates[1])
        assert row["conversion_difference"] == pytest.approx(rates[1] - rates[0])
        assert row["conversions_added"] == pytest.approx(
            (rates[1] - rates[0]) * len(others), abs=1e-5
        )
        assert row["revenue_difference"] == pytest.approx(revenue[1] - revenue[0])
        assert row["revenue_difference_low"] < revenue[1] - revenue[0]
        assert (
            row["conversion_difference_low"] <= ADDED <= row["conversion_difference_high"]
        )
        assert row["conversion_difference_low"] > 0
    # The period so far counts each buyer once.
    so_far = found["2023-03-31", "period so far"]
    assert (
        so_far["contactable_customers"]
        < found["2023-03-31", "month"]["contactable_customers"]
    )
    rate = {month: 1 - (1 - 0.12) ** month for month in (1, 2)}
    assert so_far["contactable_conversion_rate"] == pytest.approx(rate[2], abs=0.025)
    # April has not ended.
    unfinished = found["2023-04-30", "month"]
    assert not unfinished["is_complete"]
    assert unfinished["contactable_conversion_rate"] > 0.05
    assert unfinished["conversion_difference"] is None
    assert unfinished["revenue_added"] is None
    assert ("2023-05-31", "month") not in found
    output = holdout_build.outcome.stdout
    assert (
        f"Global holdout\n{len(held_out(PERIODS[1])):,} customers are in no list" in output
    )
    assert "From 2023-02-01 to 2023-03-31 all contacts together added" in output


@pytest.mark.parametrize(
    ("day", "left_out"),
    [(date(2023, 5, 31), False), (date(2023, 6, 1), True), (date(2023, 7, 31), True)],
)
def test_an_export_of_the_next_period_leaves_its_customers_out(
    holdout_build: FinishedBuild, day: date, left_out: bool
) -> None:
    receipt = export_campaign(holdout_build.folder, "always", day, dry_run=True).receipt
    reason = "held out from all contacts on that day"
    (places,) = records(
        holdout_build,
        "select count(*) as places, count(*) filter (customer_id in (select customer_id"
        f" from global_holdout where period_from = '{PERIODS[2]}')) as held_out"
        " from campaign_audiences",
    )
    assert places["held_out"] > 100
    assert receipt["left_out"] == ({reason: places["held_out"]} if left_out else {})
    assert receipt["contacts"] == places["places"] - left_out * places["held_out"]


def test_without_the_settings_there_is_none(dirty_build: FinishedBuild) -> None:
    for table in ("global_holdout", "holdout_periods", "holdout_effects"):
        assert records(dirty_build, f"from {table}") == []
    assert "Global holdout" not in dirty_build.outcome.stdout
    assert "Feedback" not in dirty_build.outcome.stdout


@pytest.fixture(scope="module")
def effects(holdout_build: FinishedBuild) -> duckdb.DuckDBPyConnection:
    """A database in which to run the SQL of holdout_effects on other outcomes."""
    connection = duckdb.connect()
    connection.execute("attach ':memory:' as warehouse; use warehouse")
    connection.execute("create schema intermediate; create schema staging")
    connection.execute(
        "create table staging.stg_campaigns as select 1.0::double as value_per_conversion,"
        " true as is_active"
    )
    folder = holdout_build.folder.dbt_target / "compiled" / "product_audience" / "models"
    query = (folder / "marts" / "campaigns" / "holdout_effects.sql").read_text()
    connection.execute(f"create table query as select $${query}$$ as text")
    with read_warehouse(holdout_build.folder) as warehouse:
        (table,) = warehouse.execute(
            "select sql from duckdb_tables() where table_name = 'int_holdout_outcomes'"
        ).fetchall()
    connection.execute(table[0])
    return connection


def covered(
    connection: duckdb.DuckDBPyConnection,
    customers: int,
    share: float,
    rates: tuple[float, float],
    simulations: int,
) -> tuple[float, float]:
    """The shares of simulated holdouts whose two intervals hold the truth."""
    random = numpy.random.default_rng(11)
    held = random.binomial(customers, share, simulations)
    # Each simulation is a month of its own.
    figures = {"period_from": numpy.datetime64("2000-01-01") + numpy.arange(simulations)}
    # A buyer buys once, or with a quarter twice.
    for arm, sizes, rate in (
        ("held_out", held, rates[0]),
        ("contactable", customers - held, rates[1]),
    ):
        buyers = random.binomial(sizes, rate)
        twice = random.binomial(buyers, 0.25)
        figures |= {
            f"{arm}_customers": sizes,
            f"{arm}_buyers": buyers,
            f"{arm}_purchases": buyers + twice,
            f"{arm}_squares": buyers + 3 * twice,
        }
    simulated = pa.table(figures)  # noqa: F841 - DuckDB finds it by name
    connection.execute("delete from intermediate.int_holdout_outcomes")
    connection.execute(
        "insert into intermediate.int_holdout_outcomes by name select"
        " date '2023-02-01' as from_on,"
        " date '2023-02-28' as until_on, 'month' as span, true as is_complete,"
        " 0 as contacted_held_out_customers, * from simulated"
    )
    (query,) = connection.execute("select text from query").fetchall()
    truth = rates[1] - rates[0]
    found = connection.execute(
        "select avg((conversion_difference_low <= $truth"
        " and conversion_difference_high >= $truth)::int),"
        " avg((revenue_difference_low <= 1.25 * $truth"
        f" and revenue_difference_high >= 1.25 * $truth)::int) from ({query[0]})",
        {"truth": truth},
    ).fetchone()
    assert found is not None
    return found


@pytest.mark.parametrize("customers", [20_000, 100_000])
@pytest.mark.parametrize("share", [0.05, 0.1])
@pytest.mark.parametrize(
    "rates", [(0.01, 0.01), (0.01, 0.012), (0.03, 0.035), (0.05, 0.06)]
)
def test_the_intervals_hold_the_truth_in_95_of_100(
    effects: duckdb.DuckDBPyConnection,
    customers: int,
    share: float,
    rates: tuple[float, float],
) -> None:
    simulations = 4000
    noise = 3 * sqrt(0.95 * 0.05 / simulations)
    assert noise < 0.0105
    conversion, revenue = covered(effects, customers, share, rates, simulations)
    assert 0.93 <= conversion <= 0.97
    assert 0.93 <= revenue <= 0.97


def test_the_draw_of_the_holdout_is_apart_from_that_of_campaigns() -> None:
    """Held out by a campaign or not, the same share is in the global holdout."""
    of_campaign = [c for c in range(1, CUSTOMERS + 1) if draw(f"always:{c}") < 0.5]
    both = sum(is_held_out(customer, PERIODS[0]) for customer in of_campaign)
    assert both / len(of_campaign) == pytest.approx(0.2, abs=0.03)
