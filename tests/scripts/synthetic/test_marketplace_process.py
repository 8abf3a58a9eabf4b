"""The synthetic log as a process in time, and the truth that is written with it."""

from collections.abc import Iterator
from pathlib import Path

import duckdb
import numpy as np
import pytest

from scripts.cli.main import main
from scripts.synthetic.interactions import GeneratedLog, generate

AUTOMATED = 3


@pytest.fixture(scope="module")
def log_and_truth(
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[tuple[duckdb.DuckDBPyConnection, GeneratedLog]]:
    """A log of the published profile: tables log, split, customers and truth."""
    folder = tmp_path_factory.mktemp("process")
    log, truth = folder / "log.parquet", folder / "truth.parquet"
    generated = generate(log, scale=0.5, seed=2, truth=truth)
    connection = duckdb.connect()
    connection.execute(f"create table log as from '{log}'")
    connection.execute(f"create table truth as from '{truth}'")
    connection.execute(
        "create table split as select quantile_disc(event_date, 0.8) as t from log"
    )
    connection.execute(
        """
        create table customers as
        select
            customer_id, min(event_date) as f, max(event_date) as l,
            count(*) filter (event_date < t) as early_interactions,
            max(event_date) filter (event_date < t) as last_early_at
        from log, split
        group by customer_id
        """
    )
    yield connection, generated
    connection.close()


@pytest.fixture
def log(
    log_and_truth: tuple[duckdb.DuckDBPyConnection, GeneratedLog],
) -> duckdb.DuckDBPyConnection:
    return log_and_truth[0]


def one(connection: duckdb.DuckDBPyConnection, query: str) -> float:
    row = connection.execute(query).fetchone()
    assert row is not None
    return row[0]


def lift(customers: duckdb.DuckDBPyConnection, score: str) -> float:
    """How many times more often the top tenth of early customers returns than all do."""
    return one(
        customers,
        f"""
        with ranked as (
            select
                returns,
                row_number() over (
                    order by {score} desc, last_interaction_at desc, customer_id
                ) as place,
                count(*) over () as early
            from early
        )
        select avg(returns::int) filter (place <= early / 10) / avg(returns::int)
        from ranked
        """,
    )


def min_max(feature: str) -> str:
    return (
        f"({feature} - min({feature}) over ())"
        f" / (max({feature}) over () - min({feature}) over ())"
    )


@pytest.fixture(scope="module")
def early(
    log_and_truth: tuple[duckdb.DuckDBPyConnection, GeneratedLog],
) -> duckdb.DuckDBPyConnection:
    """Scores of the early customers: table early."""
    log = log_and_truth[0]
    log.execute(
        f"""
        create table early as
        with totals as (
            select
                customer_id,
                count(*) as interactions,
                count(distinct product_id) as products,
                avg(
                    case event
                        when 'purchased' then 5.0
                        when 'cart' then 3.0
                        when 'rating' then 2.5
                        when 'wishlist' then 2.0
                        else 1.0
                    end
                ) as event_score,
                max(event_date) as last_interaction_at,
                interactions / (date_diff('day', min(event_date), max(event_date)) + 1)
                    as frequency,
                any_value(t) as t
            from log, split
            where event_date < t
            group by customer_id
        ),
        features as (
            select
                *,
                ln(products) as log_products,
                ln(0.01 + epoch(t - last_interaction_at) / epoch(t - first.f))
                    as log_recency,
                exp(-date_diff('day', last_interaction_at, t) / 90) as recency
            from totals, (select quantile_disc(f, 0.01) as f from customers) as first
        )
        select
            features.*,
            customers.l >= features.t as returns,
            truth.return_chance,
            0.5 * log_products - 0.1 * log_recency as activity,
            0.35 * {min_max("interactions")} + 0.25 * {min_max("products")}
            + 0.2 * {min_max("event_score")} + 0.15 * {min_max("frequency")}
            + 0.05 * {min_max("recency")} as engagement
        from features
        join customers using (customer_id)
        join truth using (customer_id)
        """
    )
    return log


def fitted_score(early: duckdb.DuckDBPyConnection) -> str:
    """A logistic regression of returns on products and recency, by Newton's method."""
    columns = early.execute(
        "select log_products, log_recency, returns::int as returns from early"
    ).fetchnumpy()
    features = np.column_stack(
        [np.ones(len(columns["returns"])), columns["log_products"], columns["log_recency"]]
    )
    weights = np.zeros(3)
    for _ in range(25):
        chance = 1 / (1 + np.exp(-features @ weights))
        hessian = (features * (chance * (1 - chance))[:, None]).T @ features
        step = np.linalg.solve(hessian, features.T @ (columns["returns"] - chance))
        weights += step
    assert np.abs(step).max() < 1e-6
    return f"{weights[1]} * log_products + {weights[2]} * log_recency"


@pytest.mark.parametrize("cutoff", [0.4, 0.6])
def test_customers_return_at_earlier_cutoffs_as_at_the_split(
    log: duckdb.DuckDBPyConnection, cutoff: float
) -> None:
    def return_rate(since: float) -> float:
        """Share of those seen before a quantile of time who return within a fifth of it."""
        until = "null" if since == 0.8 else f"quantile_disc(event_date, {since + 0.2:.1f})"
        return one(
            log,
            f"""
            with bounds as (
                select quantile_disc(event_date, {since}) as since, {until} as until
                from log
            ),
            seen as (
                select
                    min(event_date) < any_value(since) as is_early,
                    bool_or(
                        event_date >= since and (until is null or event_date < until)
                    ) as returns
                from log, bounds
                group by customer_id
            )
            select avg(returns::int) from seen where is_early
            """,
        )

    assert return_rate(cutoff) / return_rate(0.8) == pytest.approx(1, abs=0.15)


DAILY = """
    with days as (
        select event_date::date as day, count(*) as n from log group by day
    ),
    weekdays as (
        select dayofweek(day) as weekday, avg(n) as mean from days group by weekday
    )
"""


def test_daily_volume_does_not_jump_at_the_split(log: duckdb.DuckDBPyConnection) -> None:
    change = one(
        log,
        f"""
        {DAILY}
        select
            avg(n / mean) filter (day > t::date and day <= t::date + 14)
            / avg(n / mean) filter (day < t::date and day >= t::date - 14)
        from days
        join weekdays on weekday = dayofweek(day)
        cross join split
        """,
    )
    assert 0.75 < change < 1.25


def test_weekends_are_busier(log: duckdb.DuckDBPyConnection) -> None:
    ranked = log.execute(f"{DAILY} select weekday from weekdays order by mean").fetchall()
    assert {weekday for (weekday,) in ranked[-2:]} == {0, 6}
    spread = one(log, f"{DAILY} select max(mean) / min(mean) from weekdays")
    assert 1.15 < spread < 1.5


def test_volume_grows_mildly_with_a_peak_before_christmas(
    log: duckdb.DuckDBPyConnection,
) -> None:
    months = dict(
        log.execute(
            """
            select strftime(event_date, '%m'), count(*) / count(distinct event_date::date)
            from log group by all
            """
        ).fetchall()
    )
    assert 1.05 < months["03"] / months["10"] < 1.5
    # The season bends the growth: half of it is reached before the year ends.
    assert months["12"] - months["10"] > (months["03"] - months["10"]) / 2


def test_events_are_rare_at_night(log: duckdb.DuckDBPyConnection) -> None:
    by_hour = dict(
        log.execute("select hour(event_date), count(*) from log group by all").fetchall()
    )
    assert by_hour[19] > 3 * by_hour[7]


def test_a_good_ranking_can_be_told_from_a_bad_one(
    early: duckdb.DuckDBPyConnection,
    log_and_truth: tuple[duckdb.DuckDBPyConnection, GeneratedLog],
) -> None:
    oracle = lift(early, "return_chance")
    activity = lift(early, "activity")
    fitted = lift(early, fitted_score(early))
    engagement = lift(early, "engagement")
    chance = lift(early, "hash(customer_id, 'chance')")
    print(f"{oracle=:.2f} {activity=:.2f} {fitted=:.2f} {engagement=:.2f} {chance=:.2f}")
    assert log_and_truth[1].truth.oracle_lift == pytest.approx(oracle, rel=0.005)
    assert 3 < oracle < 7.5
    assert 0.85 * oracle < activity < oracle
    assert 0.85 * oracle < fitted < oracle
    assert activity > 1.5 * engagement
    assert chance == pytest.approx(1, abs=0.15)


@pytest.mark.parametrize(
    ("behaviour", "least"),
    [
        ("count(*) > 1", 1.8),
        ("count(distinct product_id) > 1", 1.8),
        ("bool_or(event = 'purchased')", 1.1),
    ],
)
def test_propensity_shows_in_behaviour(
    log: duckdb.DuckDBPyConnection, behaviour: str, least: float
) -> None:
    """Customers with this behaviour in their first hour have a higher propensity."""
    ratio = one(
        log,
        f"""
        with first_visits as (
            select customer_id, {behaviour} as behaves
            from log join customers using (customer_id)
            where event_date < f + interval 1 hour
            group by customer_id
        )
        select avg(propensity) filter (behaves) / avg(propensity) filter (not behaves)
        from first_visits join truth using (customer_id)
        """,
    )
    assert ratio > least


def test_the_truth_has_a_row_per_customer(
    log_and_truth: tuple[duckdb.DuckDBPyConnection, GeneratedLog],
) -> None:
    log, generated = log_and_truth
    assert one(log, "select count(*) from truth") == generated.customers
    assert one(log, "select count(distinct customer_id) from truth") == generated.customers
    assert (
        one(log, "select count(*) from truth anti join customers using (customer_id)") == 0
    )
    # A chance to return has who is seen before the split.
    assert (
        one(
            log,
            "select count(*) from truth join customers using (customer_id), split"
            " where (f < t) <> (return_chance is not null)",
        )
        == 0
    )
    retention = one(log, "select avg((l >= t)::int) from customers, split where f < t")
    assert generated.truth.retention == pytest.approx(retention, rel=0.005)
    assert one(log, "select count(*) from truth where is_automated or propensity <= 0") == 0
    assert one(log, "select count(taste_group) from truth") == 0


def test_expected_returns_come_true(early: duckdb.DuckDBPyConnection) -> None:
    """In each group of customers whose chance is alike."""
    groups = early.execute(
        """
        select
            round(ln(1e-6 + return_chance)) as chance, count(*), sum(return_chance),
            sum(returns::int)
        from early
        group by chance
        having sum(return_chance) > 100
        """
    ).fetchall()
    assert len(groups) >= 4
    for chance, customers, expected, realised in groups:
        assert realised == pytest.approx(
            expected, abs=4 * expected**0.5 + customers / 10_000
        ), chance


def test_no_customer_is_automated_unless_planted(log: duckdb.DuckDBPyConnection) -> None:
    busiest = one(
        log,
        "select max(n) from (select count(*) as n from log"
        " group by customer_id, event_date::date)",
    )
    assert busiest <= 60


def test_planted_automated_customers_are_found(tmp_path: Path) -> None:
    log, truth = tmp_path / "log.parquet", tmp_path / "truth.parquet"
    plain = generate(tmp_path / "plain.parquet", scale=0.01)
    generated = generate(log, scale=0.01, automated=AUTOMATED, truth=truth)
    assert generated.customers == plain.customers + AUTOMATED
    assert generated.interactions == plain.interactions + generated.automated_interactions
    found = duckdb.sql(
        f"""
        select customer_id, count(*), count(distinct event_date::date) from '{log}'
        group by customer_id having count(*) >= 200
        """
    ).fetchall()
    planted = duckdb.sql(f"select customer_id from '{truth}' where is_automated").fetchall()
    assert len(found) == AUTOMATED
    assert {customer for customer, _, _ in found} == {customer for (customer,) in planted}
    assert sum(number for _, number, _ in found) == generated.automated_interactions
    assert {days for _, _, days in found} == {1}
    assert duckdb.sql(f"select count(*) from '{log}'").fetchall() == [
        (generated.interactions,)
    ]


def test_the_truth_has_tastes_where_they_are_planted(tmp_path: Path) -> None:
    log, truth = tmp_path / "log.parquet", tmp_path / "truth.parquet"
    generate(log, scale=0.01, retention=0.4, taste=0.8, truth=truth)
    groups, with_taste, customers = duckdb.sql(
        f"""
        select count(distinct taste_group), count(taste_group), count(*) from '{truth}'
        """
    ).fetchall()[0]
    assert groups == 50
    assert with_taste == customers


@pytest.mark.parametrize(
    ("scale", "retention"), [(0.0005, None), (0.002, 0.001), (0.002, 0.8), (0.003, 0.1)]
)
def test_a_small_log_has_its_exact_counts(
    tmp_path: Path, scale: float, retention: float | None
) -> None:
    path = tmp_path / "log.parquet"
    generated = generate(path, scale=scale, retention=retention)
    assert duckdb.sql(
        "select count(*), count(distinct customer_id), count(distinct product_id)"
        f" from '{path}'"
    ).fetchall() == [(generated.interactions, generated.customers, generated.products)]


def test_the_oracles_lift_is_printed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    log, truth = tmp_path / "log.parquet", tmp_path / "truth.parquet"
    arguments = ["--scale", "0.01", "--automated", "2", "--truth", str(truth)]
    assert main(["generate", "log", str(log), *arguments]) == 0
    output = capsys.readouterr().out
    assert "the oracle's lift: " in output
    assert "2 of the customers are automated" in output
    assert str(truth) in output
