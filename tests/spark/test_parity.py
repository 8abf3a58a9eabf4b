"""The public marts of both engines are equal, row by row."""

import json
import shutil
from dataclasses import dataclass

import duckdb
import pytest

from scripts.build.dbt_run import DbtRun, run_dbt
from scripts.build_folder import PROJECT, BuildFolder, sql_path
from scripts.releases.released_tables import ReleasedTable, lookup_tables, public_marts
from scripts.synthetic.interactions import generate
from tests.conftest import TABLES_OF_RUNS
from tests.spark.comparison import differences
from tests.spark.conftest import SMALL, Engines

MODELS = ["build", "--resource-type", "model", "--resource-type", "seed"]
UNIT_TESTS = ["test", "--select", "test_type:unit", "--target", "spark"]
# What the second build must not find: it belongs to the log of the first.
KEPT = ("evidence", "exports", "suppressions")


def marts_of(folder: BuildFolder) -> list[ReleasedTable]:
    return public_marts(json.loads((folder.dbt_target / "manifest.json").read_text()))


def test_every_mart_of_the_sample_is_equal(engines: Engines) -> None:
    with duckdb.connect() as connection:
        for name, folder in (("one", engines.duckdb), ("other", engines.spark)):
            release = folder.releases / "current" / "audience.duckdb"
            connection.execute(f"attach '{sql_path(release)}' as {name} (read_only)")
        marts = marts_of(engines.spark)
        assert len(marts) > 30
        found = {
            mart.name: differences(
                connection, f"one.{mart.name}", f"other.{mart.name}", mart.key
            )
            for mart in marts
            if mart.name not in TABLES_OF_RUNS
        }
        assert {name: what for name, what in found.items() if what} == {}
        # A mart without rows would be equal whatever made it.
        counts = {
            mart.name: connection.execute(
                f"select count(*) from other.{mart.name}"
            ).fetchone()
            for mart in marts
        }
    # No experiment of the sample has started, no campaign tries rankings, and there are too
    # few hits for probabilities; unit tests compare these models.
    empty = {name for name, count in counts.items() if count == (0,)}
    assert empty == {"experiment_contamination", "ranking_calibration", "ranking_responses"}


def test_every_lookup_table_of_the_sample_is_equal(engines: Engines) -> None:
    """Except that engines write numbers of JSON differently, such as 1e-05 and 1.0E-5."""
    text = (engines.spark.dbt_target / "manifest.json").read_text()
    with duckdb.connect() as connection:
        for name, folder in (("one", engines.duckdb), ("other", engines.spark)):
            release = folder.releases / "current" / "audience.duckdb"
            connection.execute(f"attach '{sql_path(release)}' as {name} (read_only)")
        found = {}
        for table in lookup_tables(json.loads(text)):
            columns = "*"
            if table.name == "lists":
                lines = "string_split(nullif(customers, ''), chr(10))"
                columns = "* exclude customers, " + ", ".join(
                    f"list_transform({lines}, lambda line: cast(line ->> '{name}' as"
                    f" {type_})) as {name}s"
                    for name, type_ in (
                        ("customer_id", "text"),
                        ("score", "decimal(18, 9)"),
                        ("rank", "bigint"),
                    )
                )
            # What a release compares itself with depends on the runs before.
            if table.name != "ranking_changes":
                found[table.name] = differences(
                    connection,
                    f"(select {columns} from one.{table.target})",
                    f"(select {columns} from other.{table.target})",
                    table.key,
                )
    assert len(found) == 8
    assert {name: what for name, what in found.items() if what} == {}


def test_every_row_is_accounted_for_alike(engines: Engines) -> None:
    """Rejected rows are the same ones, with the same line and text."""
    with duckdb.connect(
        engines.spark.releases / "current" / "audience.duckdb", read_only=True
    ) as release:
        rejected = release.execute(
            "select input, reason, row_count from row_accounting"
            " where outcome = 'rejected' and row_count > 0"
        ).fetchall()
    reasons = {(row[0], row[1]) for row in rejected}
    assert ("log", "unreadable line") in reasons
    assert ("contacts", "unreadable line") in reasons
    assert ("customer_attributes", "uncastable customer_id") in reasons


@pytest.mark.long
def test_unit_tests_of_models_pass_on_spark(
    engines: Engines, monkeypatch: pytest.MonkeyPatch
) -> None:
    """All of them, next to the tables of the sample."""
    for name, value in {**SMALL, "PYTHONPATH": str(PROJECT)}.items():
        monkeypatch.setenv(name, value)
    run = run_dbt(UNIT_TESTS, {"log": str(engines.log)}, engines.spark)
    assert run.problems == []
    assert {node.status for node in run.nodes} == {"pass"}
    assert len(run.nodes) > 150


@dataclass(frozen=True)
class SecondBuild:
    """A build of another log over that of the sample.

    Attributes:
        run: what became of it on Spark.
        duckdb: the same log, built over the sample on DuckDB.
    """

    run: DbtRun
    duckdb: BuildFolder


@pytest.fixture(scope="module")
def second_build(engines: Engines, tmp_path_factory: pytest.TempPathFactory) -> SecondBuild:
    """A log of a tenth of the published size, in the same place and in another format."""
    root = tmp_path_factory.mktemp("second")
    log = root / "interactions.parquet"
    generate(log, scale=0.1)
    settings = {"log": str(log), "with_evidence": True}
    on_duckdb = BuildFolder(root / "duckdb")
    shutil.copytree(
        engines.duckdb.root,
        on_duckdb.root,
        ignore=shutil.ignore_patterns(*KEPT),
        symlinks=True,
    )
    for name in KEPT:
        shutil.rmtree(engines.spark.root / name, ignore_errors=True)
    with pytest.MonkeyPatch.context() as environment:
        for name, value in {**SMALL, "PYTHONPATH": str(PROJECT)}.items():
            environment.setenv(name, value)
        assert run_dbt(MODELS, settings, on_duckdb).problems == []
        environment.setenv("AUDIENCE_SPARK_FORMAT", "orc")
        run = run_dbt([*MODELS, "--target", "spark"], settings, engines.spark)
    return SecondBuild(run, on_duckdb)


@pytest.mark.long
def test_a_second_build_over_the_first(engines: Engines, second_build: SecondBuild) -> None:
    """Another log in the same place, and in another format: tables are built again."""
    assert (second_build.run.exit_code, second_build.run.problems) == (0, [])
    built = {node.name for node in second_build.run.nodes if node.kind == "model"}
    marts = [
        mart
        for mart in marts_of(engines.spark)
        if mart.name in built and mart.name not in TABLES_OF_RUNS
    ]
    assert {"customers", "products", "cohort_retention", "row_accounting"} <= {
        mart.name for mart in marts
    }
    with duckdb.connect(second_build.duckdb.warehouse, read_only=True) as connection:
        connection.execute("set TimeZone = 'UTC'")
        found = {}
        for mart in marts:
            columns = ", ".join(
                f"{name}::{type_} as {name}" for name, type_ in mart.types.items()
            )
            found[mart.name] = differences(
                connection,
                f"{mart.schema}.{mart.name}",
                f"(select {columns} from {engines.spark.spark_mart(mart.name)})",
                mart.key,
            )
        count = connection.execute("select count(*) from marts.customers").fetchone()
    assert {name: what for name, what in found.items() if what} == {}
    assert count is not None
    assert count[0] > 40_000
