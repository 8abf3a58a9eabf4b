"""A release made by Spark serves like one made by DuckDB."""

from pathlib import Path
from typing import Any

import duckdb

from scripts.releases.release_folder import ReleaseFolder
from tests.api.conftest import start
from tests.spark.conftest import Engines

PATHS = (
    "/recommend/3?n=7",
    "/recommend/3?n=100",
    "/recommend/999999999",
    "/recommend/ten",
    "/customers/4",
    "/customers/42",
    "/products/sample?n=50",
    "/campaigns/spring_rotation",
    "/campaigns/most_engaged/plan",
    "/experiments/mail_example",
    "/diagnostics",
    "/evidence",
    "/quality",
)


def without_release(value: Any) -> Any:
    """An answer less what differs in any two releases; numbers as far as they agree."""
    if isinstance(value, dict):
        return {
            name: without_release(one)
            for name, one in value.items()
            if not name.startswith(("release", "created", "request_id"))
        }
    if isinstance(value, list):
        return [without_release(one) for one in value]
    return float(f"{round(value, 12):.9g}") if isinstance(value, float) else value


def test_the_api_answers_alike(engines: Engines, tmp_path: Path) -> None:
    answers: dict[str, list[Any]] = {path: [] for path in PATHS}
    exports = []
    for name, folder in (("duckdb", engines.duckdb), ("spark", engines.spark)):
        server = start(folder, tmp_path / f"{name}.log")
        try:
            for path in PATHS:
                response = server.get(path)
                answers[path].append(
                    (response.status_code, without_release(response.json()))
                )
            exports.append(server.get("/audience/3?format=csv&n=200").text)
        finally:
            server.process.terminate()
            server.process.wait()
    for path, (one, other) in answers.items():
        assert one == other, path
    assert answers["/recommend/3?n=7"][0][1]["count"] == 7
    assert exports[0] == exports[1]
    assert exports[0].count("\n") > 100


def test_a_release_says_which_engine_made_it_and_describes_its_columns(
    engines: Engines,
) -> None:
    for engine, folder in (("duckdb", engines.duckdb), ("spark", engines.spark)):
        release = ReleaseFolder(folder.releases).current()
        assert release is not None
        assert release.manifest["engine"] == engine
        with duckdb.connect(release.database, read_only=True) as connection:
            undescribed = connection.execute(
                "select table_name, column_name from duckdb_columns()"
                " where schema_name = 'main' and comment is null and not internal"
            ).fetchall()
        assert undescribed == []


def test_a_build_on_spark_leaves_nothing_outside_of_its_folder(engines: Engines) -> None:
    left = {path.name for path in engines.project.iterdir()}
    assert not left & {"spark-warehouse", "metastore_db", "derby.log", "artifacts"}
    assert not engines.spark.warehouse.exists()
