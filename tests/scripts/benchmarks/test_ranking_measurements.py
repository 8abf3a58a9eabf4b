"""Lists are held against later customers as one would by hand."""

import math
import re
from pathlib import Path

import duckdb
import pytest

from scripts.benchmarks import generated_logs
from scripts.benchmarks.late_outcomes import (
    Outcome,
    create_first_outside,
    create_relevant,
    difference_interval,
    judge,
)
from scripts.benchmarks.ranking_bars import (
    KNOWN,
    Bar,
    Measurement,
    bars_of,
    table,
    verdicts,
)
from scripts.benchmarks.real_logs import LOGS, LogFolderError, known_names, split
from scripts.build_folder import BuildFolder
from scripts.cli.main import main
from tests.conftest import run_audience

KNOWN_EARLY = "product_id in (select product_id from early_pairs)"


@pytest.fixture
def connection() -> duckdb.DuckDBPyConnection:
    """Two known products with late customers, and a new product.

    Of p, b and the new customer n are relevant, a is not: it touched p early. Of q, c is.
    """
    connection = duckdb.connect()
    connection.execute(
        """
        create table early_pairs (customer_id varchar, product_id varchar);
        insert into early_pairs values ('a', 'p'), ('b', 'q'), ('c', 'r');
        create table late_pairs (customer_id varchar, product_id varchar);
        insert into late_pairs values
            ('a', 'p'), ('b', 'p'), ('n', 'p'), ('c', 'q'), ('a', 'new');
        create table lists (product_id varchar, place int, customer_id varchar);
        insert into lists values
            ('p', 1, 'c'), ('p', 2, 'b'), ('q', 1, 'c'), ('q', 2, 'a'), ('r', 1, 'z');
        """
    )
    create_relevant(connection, KNOWN_EARLY)
    return connection


def test_lists_are_judged_as_by_hand(connection: duckdb.DuckDBPyConnection) -> None:
    outcome = judge(connection, "lists")
    # Two hits in ten places of two lists each.
    assert outcome.products == 2
    assert outcome.precision == pytest.approx(2 / 20)
    # p: its one hit on the second place, of two that could be on the first two; q: ideal.
    of_p = (1 / math.log2(3)) / (1 + 1 / math.log2(3))
    assert outcome.ndcg == pytest.approx((of_p + 1) / 2)
    # The list of r is not judged: no customer comes for it later.
    assert outcome.named == 3
    assert outcome.hits == {"b": 1, "c": 1}


def test_only_ten_places_count(connection: duckdb.DuckDBPyConnection) -> None:
    connection.execute("update lists set place = 11 where product_id = 'q' and place = 1")
    assert judge(connection, "lists").hits == {"b": 1}


def test_new_products_are_judged_apart(connection: duckdb.DuckDBPyConnection) -> None:
    create_relevant(connection, f"not {KNOWN_EARLY}")
    connection.execute("insert into lists values ('new', 1, 'b'), ('new', 2, 'a')")
    outcome = judge(connection, "lists")
    assert (outcome.products, outcome.precision, outcome.hits) == (1, 1 / 10, {"a": 1})


def test_lists_of_one_order_leave_out_early_customers(
    connection: duckdb.DuckDBPyConnection,
) -> None:
    connection.execute(
        "create table by_engagement as from (values"
        " ('b', 2), ('a', 1), ('c', 3)) as customers (customer_id, place)"
    )
    create_first_outside(connection, "by_engagement", "engagement_lists")
    found = connection.execute(
        "select product_id, list(customer_id order by place) from engagement_lists"
        " group by product_id order by product_id"
    ).fetchall()
    assert found == [("p", ["b", "c"]), ("q", ["a", "c"])]


def outcome(hits: dict[str, int], products: int = 100) -> Outcome:
    share = sum(hits.values()) / products / 10
    return Outcome(products, share, share, len(hits), hits)


def test_what_both_lists_hit_is_no_difference() -> None:
    hits = {f"{number}": 3 for number in range(50)}
    assert difference_interval(outcome(hits), outcome(hits), 1000) == (0, 0)


def test_an_interval_holds_the_difference_and_is_that_of_counts() -> None:
    """Of two hundred customers with a hit each: 200 -+ 1.96 x 14.0, a binomial count."""
    better = outcome({f"{number}": 1 for number in range(200)})
    low, high = difference_interval(better, outcome({}), 10_000)
    assert low == pytest.approx(0.2 - 1.96 * 0.014, abs=0.002)
    assert high == pytest.approx(0.2 + 1.96 * 0.014, abs=0.002)
    assert difference_interval(better, outcome({}), 10_000) == (low, high)


def test_one_customer_with_all_hits_shows_nothing() -> None:
    low, high = difference_interval(outcome({"one": 200}), outcome({"other": 1}), 10_000)
    assert low <= 0 < high


def measured(**changed: object) -> Measurement:
    facts: dict[str, object] = {
        "log": "taobao",
        "title": "Taobao",
        "audience": KNOWN,
        "served": Outcome(9, 0.0071, 0.04, 700, {"one": 20, "two": 9}),
        "engagement": Outcome(9, 0.002, 0.01, 12, {"one": 1}),
        "low": 0.0031,
        "high": 0.006,
        "ranking": "hybrid",
        "statement": "Audiences of products are made by combination.",
        "seconds": 1.0,
        "ranking_seconds": 0.5,
    }
    return Measurement(**(facts | changed))  # type: ignore[arg-type]


def test_bars_are_met_or_missed_one_by_one() -> None:
    assert [bar.is_met for bar in bars_of(measured())] == [True] * 5
    worse = Outcome(9, 0.0069, 0.034, 599, {"one": 29})
    bars = list(bars_of(measured(served=worse, low=0.0029)))
    assert [bar.is_met for bar in bars] == [False] * 4 + [True]
    assert "MISSED  Taobao, known products: precision@10 at least 0.70%: 0.69%" in verdicts(
        bars
    )


def test_a_log_with_too_few_hits_must_say_so_and_lose_nothing() -> None:
    said = "Audiences of products are made by engagement score; too few hits to tell: ..."
    unsaid = list(bars_of(measured(log="olist")))
    assert [bar.is_met for bar in unsaid] == [False, True]
    losing = list(bars_of(measured(log="olist", statement=said, low=-0.2, high=-0.1)))
    assert [bar.is_met for bar in losing] == [True, False]


def test_fewer_than_thirty_hits_have_no_interval() -> None:
    few = measured(
        served=Outcome(9, 0.0071, 0.04, 700, {"one": 20, "two": 8}), low=-0.004, high=-0.001
    )
    row = table([few]).splitlines()[2]
    assert "| too few hits |" in row
    assert "-0.40" not in row
    bars = list(bars_of(few))
    # Neither better nor worse is shown.
    assert [(bar.measured, bar.is_met) for bar in bars[-2:]] == [
        ("too few hits", False),
        ("too few hits", True),
    ]
    row = table([measured()]).splitlines()[2]
    assert "| +0.31 to +0.60 |" in row


def test_shuffled_customers_are_independent_of_everything(tmp_path: Path) -> None:
    log = tmp_path / "log.parquet"
    duckdb.execute(
        "copy (select range // 1000 as customer_id, range % 7 as product_id,"
        f" range as event_date from range(100000)) to '{log}'"
    )
    generated_logs.shuffle(log)
    assert duckdb.execute(
        f"select count(*), sum(product_id), sum(event_date) from '{log}'"
    ).fetchone() == (100_000, sum(i % 7 for i in range(100_000)), 4_999_950_000)
    row = duckdb.execute(
        "select corr(customer_id, event_date), min(rows), max(rows) from (select *,"
        f" count(*) over (partition by customer_id) as rows from '{log}')"
    ).fetchone()
    assert row is not None
    correlation, least, most = row
    # Of a hundred customers with a thousand rows each: within five standard deviations.
    assert abs(correlation) < 0.016
    assert 840 < least <= most < 1160


def test_an_unknown_log_is_named_with_those_that_exist() -> None:
    with pytest.raises(
        LogFolderError, match=r"ebay is not a log, expected taobao, .*olist"
    ):
        known_names(["taobao", "ebay"], [])
    assert known_names([], ["shuffled"]) == [*LOGS, "shuffled"]


def test_a_missing_folder_is_said(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AUDIENCE_BUILD_DIR", str(tmp_path / "build"))
    words = ["benchmark", "rankings", "olist", "--data", str(tmp_path / "nowhere")]
    assert main(words) == 1
    said = capsys.readouterr().err
    assert (
        f"{tmp_path / 'nowhere'} is not a folder, expected one with the real logs" in said
    )
    assert "olist_purchases.csv" in said


@pytest.mark.parametrize("name", LOGS)
def test_a_real_log_is_split_in_time(shared_data: Path, tmp_path: Path, name: str) -> None:
    with duckdb.connect() as connection:
        LOGS[name].read(connection, shared_data)
        split(connection)
        early = LOGS[name].write_early(connection, tmp_path)
        attributes = LOGS[name].write_attributes(connection, shared_data, tmp_path)
        counts = connection.execute(
            "select count(*) filter (moment < (from split_moment)) / count(*),"
            " count(distinct product_id) from touches"
        ).fetchone()
        written = connection.execute(
            "select count(*) from raw where"
            f" coalesce({LOGS[name].moment} < (from split_moment), false)"
        ).fetchone()
    assert counts is not None
    assert written is not None
    assert counts[0] == pytest.approx(0.8, abs=0.01)
    has_header = LOGS[name].has_header
    source = f"read_csv('{early}', header = {has_header}, all_varchar = true)"
    if early.suffix == ".parquet":
        source = f"read_parquet('{early}')"
    assert duckdb.execute(f"select count(*) from {source}").fetchone() == written
    if attributes is not None:
        described = duckdb.execute(
            f"select count(distinct product_id) from read_csv('{attributes}')"
        ).fetchone()
        # Late products are among them.
        assert described == (counts[1],)


@pytest.mark.long
@pytest.mark.parametrize("name", ["retailrocket", "olist", "movietweetings"])
def test_rankings_of_a_real_log_reach_their_bars(
    shared_data: Path, folder: BuildFolder, name: str
) -> None:
    outcome = run_audience(
        folder, "benchmark", "rankings", name, "--data", str(shared_data)
    )
    assert outcome.returncode == 0, outcome.stdout + outcome.stderr
    assert "   met  " in outcome.stdout
    assert "MISSED" not in outcome.stdout


@pytest.mark.long
def test_the_evidence_of_a_real_log_has_a_row_per_ranking(
    shared_data: Path, folder: BuildFolder
) -> None:
    words = ["benchmark", "evidence", "retailrocket", "--data", str(shared_data)]
    outcome = run_audience(folder, *words)
    assert outcome.returncode == 0, outcome.stdout + outcome.stderr
    rankings = re.findall(r"(?m)^\| [^|]*\| `(\w+)` \|", outcome.stdout)
    assert len(rankings) == len(set(rankings))
    assert {"engagement", "activity", "hybrid", "item_neighbours", "als"} <= set(rankings)
    assert "\n| RetailRocket | " in outcome.stdout


@pytest.mark.long
def test_a_planted_taste_is_found_and_nothing_where_nothing_is(folder: BuildFolder) -> None:
    outcome = run_audience(folder, "benchmark", "rankings", "taste", "shuffled")
    assert outcome.returncode == 0, outcome.stdout + outcome.stderr
    assert "shuffled: engagement serves" in outcome.stdout


def test_a_missed_bar_is_not_hidden() -> None:
    shown = verdicts([Bar("a", "1", is_met=True), Bar("b", "2", is_met=False)])
    assert shown.splitlines() == ["   met  a: 1", "MISSED  b: 2"]
