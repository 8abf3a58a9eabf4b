"""Spark understands every model and gives it the columns that it has on DuckDB.

Nothing is computed: Spark resolves names, functions and types of one model after the other.
test_parity.py compares the rows of public tables; this looks at every model.
"""

import json
from collections.abc import Iterator
from graphlib import TopologicalSorter
from pathlib import Path
from typing import Any

import pytest

from scripts.build.dbt_run import run_dbt
from scripts.build_folder import PROJECT, BuildFolder
from scripts.synthetic.interactions import generate
from tests.conftest import FinishedBuild, read_warehouse
from tests.spark.conftest import JAVA_OPTIONS

sql = pytest.importorskip("pyspark.sql", reason="Spark is not installed: make test-spark")

# DuckDB's types as Spark names them.
SPARK_TYPES = {
    "VARCHAR": "string",
    "INTEGER": "int",
    "BLOB": "binary",
}


def spark_type(duckdb_type: str) -> str:
    """A type of DuckDB as Spark writes it; a list keeps its element."""
    if duckdb_type.endswith("[]"):
        return f"array<{spark_type(duckdb_type[:-2])}>"
    return SPARK_TYPES.get(duckdb_type, duckdb_type.lower())


@pytest.fixture(scope="module")
def session(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """A session whose tables are gone with it."""
    folder = tmp_path_factory.mktemp("spark")
    settings = {
        "spark.sql.warehouse.dir": str(folder / "warehouse"),
        "spark.sql.session.timeZone": "UTC",
        "spark.ui.enabled": "false",
        "spark.ui.showConsoleProgress": "false",
        "spark.log.level": "ERROR",
        "spark.driver.extraJavaOptions": JAVA_OPTIONS,
    }
    builder = sql.SparkSession.builder.master("local[1]")
    for name, value in settings.items():
        builder = builder.config(name, value)
    running = builder.getOrCreate()
    yield running
    running.stop()


def compiled(folder: BuildFolder, log: Path) -> dict[str, dict[str, Any]]:
    """Seeds and models as dbt compiles them for Spark."""
    folder.root.mkdir()
    generate(log, scale=0.001)
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("PYTHONPATH", str(PROJECT))
        command = ["compile", "--target", "spark", "--select", "resource_type:model"]
        settings = {"log": str(log), "with_examples": True}
        assert run_dbt(command, settings, folder).problems == []
    nodes = json.loads((folder.dbt_target / "manifest.json").read_text())["nodes"]
    return {
        name: node
        for name, node in nodes.items()
        if name.split(".")[0] in ("seed", "model")
    }


def test_spark_gives_each_model_the_columns_of_duckdb(
    session: Any, dirty_build: FinishedBuild, folder: BuildFolder, tmp_path: Path
) -> None:
    nodes = compiled(folder, tmp_path / "log.parquet")
    graph = {
        name: set(node["depends_on"].get("nodes", [])) & nodes.keys()
        for name, node in nodes.items()
    }
    different = {}
    looked_at = 0
    with read_warehouse(dirty_build.folder) as warehouse:
        for name in TopologicalSorter(graph).static_order():
            node = nodes[name]
            if node["config"]["materialized"] == "ephemeral":
                continue
            table = f"{node['schema']}.{node['alias']}"
            expected = {
                column: spark_type(type_)
                for column, type_, *_ in warehouse.execute(f"describe {table}").fetchall()
            }
            columns = expected
            if node["resource_type"] == "model" and node["language"] == "sql":
                looked_at += 1
                query = session.sql(node["compiled_code"])
                columns = {
                    field.name: field.dataType.simpleString().replace("void", "string")
                    for field in query.schema.fields
                }
                # Only tables with a contract have the same types: ranks are integers of
                # other sizes before it.
                has_contract = node["config"]["contract"]["enforced"]
                one, other = (
                    set(found.items() if has_contract else found)
                    for found in (columns, expected)
                )
                if one != other:
                    different[table] = one ^ other
            session.sql(f"create schema if not exists {node['schema']}")
            listed = ", ".join(f"`{column}` {type_}" for column, type_ in columns.items())
            session.sql(f"create table {table} ({listed}) using parquet")
    assert looked_at > 190
    assert different == {}
