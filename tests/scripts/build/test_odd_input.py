"""Logs that look odd and are legal."""

import json
from collections.abc import Callable
from pathlib import Path

import duckdb
import pytest

from scripts.build_folder import BuildFolder
from tests.conftest import read_release, run_audience

Build = Callable[..., duckdb.DuckDBPyConnection]


@pytest.fixture
def build(folder: BuildFolder, tmp_path: Path) -> Build:
    """Builds a log given as rows and opens the release."""

    def run(
        rows: list[tuple[object, ...]], **settings: object
    ) -> duckdb.DuckDBPyConnection:
        log = tmp_path / "log.csv"
        with duckdb.connect() as connection:
            connection.execute(
                "create table log (customer_id text, product_id text, event text,"
                " event_date text)"
            )
            connection.executemany("insert into log values (?, ?, ?, ?)", rows)
            connection.execute(f"copy log to '{log}'")
        outcome = run_audience(
            folder,
            "build",
            "--log",
            str(log),
            "--vars",
            json.dumps(settings),
        )
        assert outcome.returncode == 0, outcome.stdout + outcome.stderr
        return read_release(folder)

    return run


@pytest.mark.long
def test_one_row(build: Build) -> None:
    """One customer, one product, one instant: everything has a value or is null."""
    release = build(
        [(9223372036854775807, -1, "cart", "1969-07-20T20:17:40Z")],
        earliest_event="1969-07-20",
    )
    customers = release.execute(
        "select customer_id, engagement_rank, engagement_score, recency_score"
        " from customers"
    ).fetchall()
    assert customers == [(9223372036854775807, 1, 0.0, 1.0)]
    assert release.execute("from product_audiences").fetchall() == []
    profile = release.execute(
        "select interaction_count, early_customer_count, retention_rate, sparsity"
        " from dataset_profile"
    ).fetchone()
    assert profile == (1, 0, None, 0.0)
    assert release.execute("select verdict from viability_verdict").fetchone() == (
        "not viable",
    )
    assert release.execute(
        "select value from audience_concentration"
        " where audience = 'product audiences' and measure = 'most common list share'"
    ).fetchone() == (None,)


@pytest.mark.long
def test_text_ids_with_quotes_commas_and_emoji(build: Build) -> None:
    ids = ["007", 'O\'Neil, "Bob"', "🛒", "line one", "a;b|c"]
    release = build(
        [(name, f"P'{number}", "cart", "2023-01-01") for number, name in enumerate(ids)],
        id_type="text",
    )
    found = release.execute("select customer_id from customers").fetchall()
    assert {row[0] for row in found} == set(ids)
    audience = release.execute(
        "select customer_id from product_audiences where product_id = ?", ["P'1"]
    ).fetchall()
    assert {row[0] for row in audience} == set(ids) - {'O\'Neil, "Bob"'}


@pytest.mark.long
def test_a_file_that_is_odd_in_every_legal_way(folder: BuildFolder, tmp_path: Path) -> None:
    """Brackets in its path, CR LF, blank lines, tabs, quoted line breaks, far years."""
    place = tmp_path / "logs [new]"
    place.mkdir()
    (place / "._log.csv").write_bytes(b"\0 what a file manager leaves")
    (place / "log[1].csv").write_bytes(
        "\ufeffcustomer_id,product_id,event,event_date,product_name\r\n"
        '\t[bold]007[/bold],2\xa0,cart,0001-01-01,"a lamp,\r\n\r\nwith a shade"\r\n'
        "\r\n"
        "8,2,Cart ,9999-12-31T23:59:59Z,a lamp\r\n"
        '9,3,rating,2023-02-01 10:00,"a ""chair"""\r\n'
        "9,3,rating\r\n".encode()
    )
    outcome = run_audience(
        folder,
        "build",
        *("--log", str(place / "log[1].csv")),
        "--vars",
        "{id_type: text, top_n: 1000000, max_reject_share: 0.3,"
        " earliest_event: 0001-01-01, latest_event: 9999-12-31}",
    )
    assert outcome.returncode == 0, outcome.stderr
    assert "[bold]007[/bold]" in outcome.stdout
    release = read_release(folder)
    assert release.execute(
        "from product_audiences select product_id, customer_id"
    ).fetchall() == [
        ("2", "9"),
        ("3", "8"),
        ("3", "[bold]007[/bold]"),
    ]
    assert release.execute("select product_name from products").fetchall() == [
        ("a lamp",),
        ('a "chair"',),
    ]
    with duckdb.connect(folder.warehouse, read_only=True) as warehouse:
        rejects = warehouse.execute(
            "select line_number, original_text from staging.stg_rejected_rows"
        ).fetchall()
    assert rejects == [(6, "9,3,rating")], "a value that spans lines counts as one"


@pytest.mark.long
def test_numbers_that_a_tool_made_floating_point_are_ids_still(
    folder: BuildFolder, tmp_path: Path
) -> None:
    log = tmp_path / "log.parquet"
    duckdb.sql(
        "select 17850.0::double as customer_id, 'cart' as event, 12 as product_id,"
        " timestamp '2023-01-01' as event_date"
    ).write_parquet(str(log))
    outcome = run_audience(folder, "build", "--log", str(log), "--vars", "id_type: text")
    assert outcome.returncode == 0, outcome.stderr
    customers = read_release(folder).execute(
        "select customer_id, engagement_rank from customers"
    )
    assert customers.fetchall() == [("17850", 1)]


@pytest.mark.long
def test_all_events_at_one_instant(build: Build) -> None:
    """Nothing lies before the split, so that returning cannot be measured."""
    release = build([(c, p, "cart", "2023-01-01") for c in range(5) for p in range(c + 1)])
    profile = release.execute(
        "select retention_rate, returning_share_of_late, early_customer_count,"
        " late_customer_count from dataset_profile"
    ).fetchone()
    assert profile == (None, 0.0, 0, 5)
    explanation = release.execute(
        "select explanation from viability_checks where requirement = 'returning customers'"
    ).fetchone()
    assert explanation is not None
    assert "Cannot be measured" in explanation[0]


@pytest.mark.long
def test_values_that_span_lines_are_legal(folder: BuildFolder, tmp_path: Path) -> None:
    """Line breaks of every kind within quotes; one such row has a field too many."""
    log = tmp_path / "log.csv"
    rows = [
        f'{customer},2,cart,2023-01-01,"{name}"\n'
        for customer, name in enumerate(["a\rb", "a\nb", "a\r\nb", "plain"] * 10)
    ]
    log.write_text(
        "customer_id,product_id,event,event_date,product_name\n"
        + "".join(rows)
        + '99,2,cart,2023-01-01,"a\nb",more\n',
        newline="",
    )
    outcome = run_audience(folder, "build", "--log", str(log))
    assert outcome.returncode == 0, outcome.stderr
    with read_release(folder) as release:
        accounting = release.execute(
            "select reason, row_count from row_accounting where row_count > 0 order by 2"
        ).fetchall()
    assert accounting == [("unreadable line", 1), ("usable", 40)]


@pytest.mark.long
def test_files_of_a_folder_are_one_log(folder: BuildFolder, tmp_path: Path) -> None:
    """Line numbers start again in every file; a duplicate may lie in another file."""
    header = "customer_id,product_id,event,event_date\n"
    (tmp_path / "a.csv").write_text(header + "1,2,cart,2023-01-01\n" * 2 + "1,2\n")
    (tmp_path / "b.csv").write_text(
        header + "bad,2,cart,2023-01-01\n1,2,cart,2023-01-01\n3,2,cart,2023-01-01\n"
    )
    outcome = run_audience(
        folder,
        "build",
        *("--log", str(tmp_path / "*.csv"), "--vars", "max_reject_share: 0.5"),
    )
    assert outcome.returncode == 0, outcome.stderr
    with duckdb.connect(folder.warehouse, read_only=True) as warehouse:
        rejects = warehouse.execute(
            "select right(input_file, 5), line_number, reason"
            " from staging.stg_rejected_rows order by all"
        ).fetchall()
    assert rejects == [
        ("a.csv", 4, "unreadable line"),
        ("b.csv", 2, "uncastable customer_id"),
    ]
    with read_release(folder) as release:
        accounting = dict(
            release.execute(
                "select outcome, sum(row_count)::int from row_accounting group by all"
            ).fetchall()
        )
    assert accounting == {"accepted": 2, "duplicate": 2, "filtered": 0, "rejected": 2}
