import gzip
from pathlib import Path

import duckdb
import pytest

from scripts.cli.main import main
from scripts.synthetic.broken_rows import BROKEN_ROWS
from scripts.synthetic.interactions import generate
from scripts.synthetic.marketplace_plan import GeneratorError

# Shares and counts of the published case study.
PUBLISHED_EVENT_SHARES = {
    "cart": 304_282 / 498_879,
    "purchased": 166_150 / 498_879,
    "wishlist": 22_178 / 498_879,
    "search_keyword": 3_190 / 498_879,
    "rating": 3_079 / 498_879,
}


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> duckdb.DuckDBPyConnection:
    path = tmp_path_factory.mktemp("published") / "log.parquet"
    generate(path)
    connection = duckdb.connect()
    connection.execute(f"create table log as from '{path}'")
    connection.execute(
        "create table split as select quantile_disc(event_date, 0.8) t from log"
    )
    for kind in ("customer", "product"):
        connection.execute(
            f"create table {kind}s as select {kind}_id, count(*) n, min(event_date) f,"
            f" max(event_date) l from log group by {kind}_id"
        )
    return connection


def one(connection: duckdb.DuckDBPyConnection, query: str) -> float:
    row = connection.execute(query).fetchone()
    assert row is not None
    return row[0]


def test_counts_are_the_published_ones(published: duckdb.DuckDBPyConnection) -> None:
    assert one(published, "select count(*) from log") == 498_879
    assert one(published, "select count(*) from customers") == 433_787
    assert one(published, "select count(*) from products") == 200_325
    assert one(published, "select count(*) from (select distinct * from log)") == 498_879


def test_shares_are_the_published_ones(published: duckdb.DuckDBPyConnection) -> None:
    one_time = one(published, "select avg((n = 1)::int) from customers")
    retention = one(
        published,
        "select count(*) filter (f < t and l >= t) / count(*) filter (f < t)"
        " from customers, split",
    )
    new = one(
        published,
        "select count(*) filter (f >= t) / count(*) filter (l >= t) from products, split",
    )
    power = one(published, "select avg((n > 5)::int) from customers")
    late = one(published, "select avg((l >= t)::int) from products, split")
    assert one_time == pytest.approx(0.8878, abs=0.001)
    assert power == pytest.approx(0.0015, abs=0.0005)
    assert late == pytest.approx(0.27292, abs=0.01)
    assert retention == pytest.approx(0.0305, abs=0.001)
    assert new == pytest.approx(0.5698, abs=0.01)
    for event, share in PUBLISHED_EVENT_SHARES.items():
        found = one(published, f"select avg((event = '{event}')::int) from log")
        assert found == pytest.approx(share, abs=0.001), event


def test_retention_by_days_is_the_published_one(
    published: duckdb.DuckDBPyConnection,
) -> None:
    def retained(days: int) -> float:
        return one(
            published,
            f"select avg((date_diff('day', f, l) >= {days})::int) from customers,"
            " (select max(l) as newest from customers)"
            f" where date_diff('day', f, newest) >= {days}",
        )

    assert retained(7) < 0.05
    assert retained(30) == pytest.approx(0.03, abs=0.005)
    assert retained(90) < 0.02


def test_dates_are_the_published_ones(published: duckdb.DuckDBPyConnection) -> None:
    assert str(one(published, "select min(event_date)::date from log")) == "2022-10-01"
    assert str(one(published, "select max(event_date)::date from log")) == "2023-03-31"


def test_popularity_and_activity_have_long_tails(
    published: duckdb.DuckDBPyConnection,
) -> None:
    assert one(published, "select max(n) from products") > 500
    assert one(published, "select median(n) from products") <= 2
    assert one(published, "select max(n) from customers") > 50
    assert one(published, "select median(n) from customers") == 1


def test_sessions_have_several_events(published: duckdb.DuckDBPyConnection) -> None:
    within_an_hour = one(
        published,
        "select avg((gap < interval 1 hour)::int) from (select event_date - lag(event_date)"
        " over (partition by customer_id order by event_date) as gap from log)"
        " where gap is not null",
    )
    assert within_an_hour > 0.3


def test_the_first_event_of_a_customer_predicts_no_later_one(
    published: duckdb.DuckDBPyConnection,
) -> None:
    """Else a ranking by the first event would find or miss later buyers."""
    after_a_purchase = one(
        published,
        "select avg((event = 'purchased')::int) from (select event, lag(event) over"
        " (partition by customer_id order by event_date) as before from log)"
        " where before = 'purchased'",
    )
    overall = one(published, "select avg((event = 'purchased')::int) from log")
    assert after_a_purchase == pytest.approx(overall, abs=0.015)


@pytest.mark.parametrize("suffix", [".parquet", ".csv", ".csv.gz"])
def test_a_seed_gives_the_same_log_with_any_number_of_threads(
    tmp_path: Path, suffix: str
) -> None:
    def rows(name: str, seed: int, threads: int) -> list[tuple[str, ...]]:
        path = tmp_path / f"{name}{suffix}"
        generate(path, scale=0.01, seed=seed, threads=threads, dirty=0.02)
        if suffix == ".parquet":
            return duckdb.sql(f"from '{path}'").fetchall()
        content = path.read_bytes()
        if suffix == ".csv.gz":
            content = gzip.decompress(content)
        return [(line,) for line in content.decode().splitlines()]

    assert rows("first", 5, 1) == rows("again", 5, 4)
    assert rows("first", 5, 1) != rows("other", 6, 1)


@pytest.mark.parametrize("retention", [0.001, 0.1, 0.4, 0.8])
def test_planted_retention_is_found(tmp_path: Path, retention: float) -> None:
    path = tmp_path / "log.parquet"
    generate(path, scale=0.05, retention=retention)
    found = one(
        duckdb.connect(),
        f"""
        with log as (from '{path}'),
        split as (select quantile_disc(event_date, 0.8) as t from log),
        customers as (
            select min(event_date) as f, max(event_date) as l from log group by customer_id
        )
        select count(*) filter (f < t and l >= t) / count(*) filter (f < t)
        from customers, split
        """,
    )
    assert found == pytest.approx(retention, abs=0.01)


def test_customers_with_planted_taste_agree_again(tmp_path: Path) -> None:
    """Customers who share two early products share a late one far more often."""

    def agree_again(taste: float) -> float:
        path = tmp_path / f"taste-{taste}.parquet"
        generate(path, scale=0.02, retention=0.4, taste=taste)
        return one(
            duckdb.connect(),
            f"""
            with split as (select quantile_disc(event_date, 0.8) as t from '{path}'),
            log as (
                select distinct customer_id, product_id, event_date < t as is_early
                from '{path}', split
            ),
            agreements as (
                select
                    first.customer_id as first_id, second.customer_id as second_id,
                    first.is_early, count(*) as products
                from log as first
                join log as second using (product_id, is_early)
                where first.customer_id < second.customer_id
                group by all
            )
            select avg((late.products is not null)::int)
            from agreements as early
            left join agreements as late
                on late.first_id = early.first_id and late.second_id = early.second_id
                and not late.is_early
            where early.is_early and early.products >= 2
            """,
        )

    assert agree_again(0.8) > 2 * agree_again(0.0)


def test_dirty_rows_are_added_to_the_clean_log(tmp_path: Path) -> None:
    clean, dirty = tmp_path / "clean.csv", tmp_path / "dirty.csv"
    plan = generate(clean, scale=0.01)
    generate(dirty, scale=0.01, dirty=0.1)
    lines = len(dirty.read_text().splitlines()) - 1
    assert len(clean.read_text().splitlines()) - 1 == plan.interactions
    assert (lines - plan.interactions) / lines == pytest.approx(0.1, abs=0.02)
    assert len(BROKEN_ROWS) == 14


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["log.txt"], "expected .parquet, .csv or .csv.gz"),
        (["log.csv", "--scale", "0"], "--scale 0, must be between"),
        (["log.csv", "--retention", "2"], "--retention 2, must be"),
        (["log.csv", "--taste", "7"], "--taste 7, must be"),
        (["log.csv", "--dirty", "0.9"], "--dirty 0.9, must be"),
        (["log.csv", "--seed", "-1"], "--seed -1, must be"),
        (["log.csv", "--automated", "-1"], "--automated -1, must be"),
        (["log.csv", "--truth", "truth.csv"], "--truth truth.csv, must be another file"),
    ],
)
def test_bad_options_get_one_sentence(
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    arguments: list[str],
    message: str,
) -> None:
    assert main(["generate", "log", str(tmp_path / arguments[0]), *arguments[1:]]) == 1
    error = capsys.readouterr().err
    assert message in error
    assert len(error.splitlines()) == 1
    assert not list(tmp_path.iterdir())


def test_an_unknown_option_is_refused(tmp_path: Path) -> None:
    with pytest.raises(GeneratorError, match="suffix"):
        generate(tmp_path / "log.xlsx")
