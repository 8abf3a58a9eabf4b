"""A log that arrives file by file: a build reads the new files, with the same result."""

import json
import shutil
from datetime import datetime
from pathlib import Path

import duckdb
import pytest

from scripts.build.dbt_run import run_dbt
from scripts.build.incremental import run_incrementally
from scripts.build.log_source import LogSourceError
from scripts.build.log_state import read_log_state
from scripts.build_folder import BuildFolder
from scripts.releases.evidence_state import evidence_models
from scripts.synthetic.interactions import generate

pytestmark = pytest.mark.slow

# No data tests: that the tables are good is for other tests to say.
COMMAND = ["build", "--resource-type", "model", "--resource-type", "seed"]
# The models that grow, and what they are made of.
GROWING = [*COMMAND, "--select", "+config.materialized:incremental"]


def write_days(log: Path, days: int) -> None:
    """A dirty log as a file of its beginning and one for each of its last days.

    With each day come rows of earlier days once more, rows that are late by two days, and
    a new name for a product that was named before.
    """
    log.mkdir()
    whole = log.with_suffix(".parquet")
    generate(whole, scale=0.004, seed=11)
    with duckdb.connect() as connection:
        connection.execute(
            "create table rows as select *, event_date::date as day,"
            " case when hash(customer_id, event_date) % 10 = 0 then day + 2 else day end"
            f" as arrives from '{whole}'"
        )
        arrivals = connection.execute(
            "select distinct arrives from rows order by 1 desc limit ?", [days]
        ).fetchall()
        first = arrivals[-1][0]
        connection.execute(
            f"copy (select * exclude (day, arrives) from rows where arrives < '{first}')"
            f" to '{log}/00.csv'"
        )
        for number, (day,) in enumerate(reversed(arrivals), 1):
            connection.execute(
                "copy (select * exclude (day, arrives) from rows"
                f" where arrives = '{day}' union all (select * exclude (day, arrives)"
                f" from rows where arrives < '{day}' order by hash(customer_id) limit 20)"
                " union all select 1, min(product_id), 'rating',"
                f" timestamp '{day}', 'Name {number}' from rows"
                f" union all select null, 1, 'cart', timestamp '{day}', null)"
                f" to '{log}/{number:02}.csv'"
            )


def run(folder: BuildFolder, log: Path, selector: str) -> None:
    settings = {"log": f"{log}/*.csv" if log.is_dir() else str(log)}
    done = run_incrementally([*COMMAND, "--selector", selector], settings, folder)
    assert done.problems == []


def measured_until(folder: BuildFolder) -> datetime:
    """The reference time of the log that the evidence was measured on."""
    with duckdb.connect(folder.warehouse, read_only=True) as connection:
        (until,) = connection.execute(
            "select max(measured_until) from marts.targeting_lift"
        ).fetchone() or (None,)
    assert isinstance(until, datetime)
    return until


def batches(folder: BuildFolder) -> list[int]:
    """The run that read each file."""
    state = read_log_state(folder)
    assert state is not None
    return [file.batch for _, file in sorted(state.files.items())]


def evidence_and_its_readers(folder: BuildFolder) -> set[str]:
    """Marts of the evidence, and marts that read any of it."""
    manifest = json.loads((folder.dbt_target / "manifest.json").read_text())
    found = set(evidence_models(manifest))
    waiting = list(found)
    while waiting:
        for child in manifest["child_map"][waiting.pop()]:
            if child.startswith("model.") and child not in found:
                found.add(child)
                waiting.append(child)
    return {name.split(".")[-1] for name in found}


def different_tables(
    one: BuildFolder, other: BuildFolder, schemas: tuple[str, ...]
) -> list[str]:
    """Tables of which two warehouses do not hold the same rows, but for their run."""
    with duckdb.connect() as connection:
        connection.execute(f"attach '{one.warehouse}' as one (read_only)")
        connection.execute(f"attach '{other.warehouse}' as other (read_only)")
        tables = connection.execute(
            "select schema_name || '.' || table_name, list_contains("
            "list(column_name), 'batch') from duckdb_columns() where database_name = 'one'"
            " and schema_name in (select unnest(?)) and table_name in (select table_name"
            " from duckdb_tables()) group by all order by all",
            [schemas],
        ).fetchall()
        different = []
        for name, has_batch in tables:
            columns = "select * exclude batch" if has_batch else "select *"
            rows = [f"({columns} from {side}.{name})" for side in ("one", "other")]
            if connection.execute(
                f"({rows[0]} except all {rows[1]}) union all"
                f" ({rows[1]} except all {rows[0]})"
            ).fetchall():
                different.append(name)
        assert len(tables) > len(different)
        return different


def different_marts(one: BuildFolder, other: BuildFolder) -> list[str]:
    """Marts of which two warehouses do not hold the same rows."""
    return [name.split(".")[1] for name in different_tables(one, other, ("marts",))]


def rows_of(
    folder: BuildFolder, log: str, *, whole: bool = False
) -> list[tuple[object, ...]]:
    """Interactions and rejected rows after a run of the models that grow."""
    command = [*GROWING, "--full-refresh"] if whole else GROWING
    done = run_incrementally(command, {"log": log}, folder)
    assert done.problems == []
    return grown_rows(folder)


def grown_rows(folder: BuildFolder) -> list[tuple[object, ...]]:
    """Interactions and rejected rows of the warehouse."""
    with duckdb.connect(folder.warehouse, read_only=True) as connection:
        return connection.execute(
            "select customer_id, product_id, event, event_at, 'interaction'"
            " from staging.stg_interactions union all select null, line_number, reason,"
            " null, original_text from staging.stg_rejected_rows order by all"
        ).fetchall()


def parquet(file: Path, columns: str) -> None:
    duckdb.sql(
        f"select {columns}, 'cart' as event, timestamp '2023-01-01' as event_date"
    ).write_parquet(str(file))


def one_customer(log: Path, customer: int, name: str | None = None) -> None:
    """A file of the log with a single interaction."""
    parquet(
        log / (name or f"{customer}.parquet"),
        f"{customer} as customer_id, 1 as product_id",
    )


@pytest.mark.long
@pytest.mark.parametrize(
    ("first", "later"),
    [
        # As a tool writes them that has met a missing id: all of them lose digits.
        (
            "1234567890123456789 as customer_id, 1 as product_id",
            "2.0::double as customer_id, 1 as product_id",
        ),
        ("1 as customer_id, 2 as product_id", "3 as product_id"),
    ],
)
def test_new_files_of_other_types_are_read_as_all_are(
    tmp_path: Path, first: str, later: str
) -> None:
    folder, log = BuildFolder(tmp_path / "build"), f"{tmp_path}/*.parquet"
    parquet(tmp_path / "1.parquet", first)
    assert len(rows_of(folder, log)) == 1
    parquet(tmp_path / "2.parquet", later)
    day_by_day = rows_of(folder, log)
    assert batches(folder) == [1, 1]
    assert day_by_day == rows_of(folder, log, whole=True)


@pytest.mark.long
def test_new_files_must_have_the_columns_of_those_before(tmp_path: Path) -> None:
    folder, log = BuildFolder(tmp_path / "build"), f"{tmp_path}/*.csv"
    row = "1,2,cart,2023-01-01"
    (tmp_path / "1.csv").write_text(f"customer_id,product_id,event,event_date\n{row}\n")
    assert len(rows_of(folder, log)) == 1
    (tmp_path / "2.csv").write_text(f"product_id,customer_id,event,event_date\n{row}\n")
    for command in (GROWING, [*GROWING, "--full-refresh"]):
        with pytest.raises(LogSourceError, match=r"2\.csv has the header product_id,cust"):
            run_incrementally(command, {"log": log}, folder)
    # Nothing was lost by it.
    (tmp_path / "2.csv").write_text(
        f"customer_id,product_id,event,event_date\n3{row[1:]}\n"
    )
    assert [row[0] for row in rows_of(folder, log)] == [1, 3]
    assert batches(folder) == [1, 2]


@pytest.mark.long
def test_a_run_continues_from_no_run_of_a_part(tmp_path: Path) -> None:
    """Such a run was told of the new file, and did not read it."""
    folder, log = BuildFolder(tmp_path / "build"), f"{tmp_path}/*.parquet"
    for customer in (1, 2):
        one_customer(tmp_path, customer)
        if customer == 2:
            part = ["run", "--select", "stg_log_rows+,+config.materialized:incremental"]
            run_incrementally(part, {"log": log}, folder)
        rows = rows_of(folder, log)
    assert [row[0] for row in rows] == [1, 2]
    assert batches(folder) == [1, 1]


def test_models_that_grow_hold_what_a_rebuild_by_hand_gives(tmp_path: Path) -> None:
    """The next build does not continue from one by hand; from runs of others it does."""
    log, folder = tmp_path / "log", BuildFolder(tmp_path / "build")
    write_days(log, days=1)
    _, later = sorted(log.iterdir())
    later = later.rename(tmp_path / later.name)
    pattern = f"{log}/*.csv"
    rows_of(folder, pattern)
    others = ["run", "--select", "stg_fitted_weights"]
    assert run_incrementally(others, {"log": pattern}, folder).problems == []
    later.rename(log / later.name)
    rows_of(folder, pattern)
    assert batches(folder) == [1, 2]
    grown = BuildFolder(tmp_path / "grown")
    grown.root.mkdir()
    shutil.copy(folder.warehouse, grown.warehouse)
    assert run_dbt(GROWING, {"log": pattern}, folder).problems == []
    assert batches(folder) == [1, 2]
    # The last run reads the new file alone, and views show it.
    schemas = ("staging", "intermediate")
    assert set(different_tables(grown, folder, schemas)) <= {"staging.stg_log_rows"}
    rows_of(folder, pattern)
    assert batches(folder) == [1, 1]


@pytest.mark.long
@pytest.mark.parametrize(
    ("selector", "new_files"),
    [
        ("daily", 1),
        ("daily", 2),
        ("everything", 2),
    ],
)
def test_day_by_day_gives_what_one_build_gives(
    tmp_path: Path, selector: str, new_files: int
) -> None:
    log, folder = tmp_path / "log", BuildFolder(tmp_path / "day_by_day")
    whole = BuildFolder(tmp_path / "whole")
    write_days(log, days=new_files)
    days = sorted(log.iterdir())
    later = [day.rename(tmp_path / day.name) for day in days[1:]]
    run(folder, log, "everything")
    before = measured_until(folder)
    for number, day in enumerate(later, 1):
        day.rename(log / day.name)
        run(folder, log, selector)
        assert batches(folder) == list(range(1, number + 2))
    run(whole, log, "everything")
    assert batches(whole) == [1] * len(days)
    different = different_marts(folder, whole)
    if selector == "daily":
        assert measured_until(folder) == before
        assert "targeting_lift" in different
        assert set(different) <= evidence_and_its_readers(folder)
        run(folder, log, "evidence")
        different = different_marts(folder, whole)
    assert measured_until(folder) == measured_until(whole) > before
    assert different == []


@pytest.mark.long
def test_a_daily_build_computes_rankings_for_now_alone(tmp_path: Path) -> None:
    """It serves what the evidence has chosen; the evidence computes past cutoffs again."""
    log, folder = tmp_path / "log.parquet", BuildFolder(tmp_path / "build")
    generate(log, scale=0.003, seed=5, retention=0.4, taste=0.8)
    served = ("customers", "product_audiences", "served_rankings", "ranking_decisions")

    def origins(table: str) -> set[int]:
        with duckdb.connect(folder.warehouse, read_only=True) as connection:
            rows = connection.execute(f"select distinct origin from intermediate.{table}")
            return {origin for (origin,) in rows.fetchall()}

    def tables() -> dict[str, list[tuple[object, ...]]]:
        with duckdb.connect(folder.warehouse, read_only=True) as connection:
            return {
                name: connection.execute(f"from marts.{name} order by all").fetchall()
                for name in served
            }

    run(folder, log, "everything")
    before = tables()
    assert all(before.values())
    computed = ("int_ranking_cutoffs", "int_cutoff_customers", "int_customer_places")
    assert [origins(table) for table in computed] == [{0, 1, 2, 3}] * 3
    run(folder, log, "daily")
    assert [origins(table) for table in computed] == [{0}] * 3
    assert origins("int_ranking_lists") == {1, 2, 3}
    assert tables() == before
    run(folder, log, "evidence")
    assert origins("int_cutoff_customers") == {0, 1, 2, 3}
    assert tables() == before


@pytest.mark.long
def test_only_a_file_that_has_changed_makes_all_of_them_new(tmp_path: Path) -> None:
    folder, log = BuildFolder(tmp_path / "build"), f"{tmp_path}/*.parquet"
    for customer in (1, 2):
        one_customer(tmp_path, customer)
    assert len(rows_of(folder, log)) == 2
    # Nothing is new: nothing is read, and nothing is different.
    assert [row[0] for row in rows_of(folder, log)] == [1, 2]
    assert batches(folder) == [1, 1]
    one_customer(tmp_path, 3, "1.parquet")
    assert [row[0] for row in rows_of(folder, log)] == [2, 3]
    assert batches(folder) == [1, 1]
