"""Spark reads the Parquet copies of a release, as a program of its own."""

import pytest

from scripts.releases.release_folder import ReleaseFolder
from tests.spark.conftest import JAVA_OPTIONS, Engines

sql = pytest.importorskip("pyspark.sql", reason="Spark is not installed: make test-spark")


def test_spark_finds_every_public_table(engines: Engines) -> None:
    current = ReleaseFolder(engines.duckdb.releases).current()
    assert current is not None
    session = (
        sql.SparkSession.builder.master("local[1]")
        .config("spark.ui.enabled", "false")
        .config("spark.driver.extraJavaOptions", JAVA_OPTIONS)
        .config("spark.sql.catalogImplementation", "in-memory")
        .getOrCreate()
    )
    try:
        counts = {
            file.stem: session.read.parquet(str(file)).count()
            for file in (current.folder / "parquet").glob("*.parquet")
        }
    finally:
        session.stop()
    assert counts == current.manifest["row_counts"]
