"""The tables of a release, their order and their sources."""

import json

import duckdb
import pytest

from scripts.build_folder import BuildFolder
from scripts.releases.publish import publish
from scripts.releases.release_folder import ReleaseError
from scripts.releases.released_tables import ReleasedTable, lookup_tables, public_marts
from tests.conftest import FinishedBuild, read_release


def tables_of(folder: BuildFolder) -> list[ReleasedTable]:
    manifest = json.loads((folder.dbt_target / "manifest.json").read_text())
    return [*public_marts(manifest), *lookup_tables(manifest)]


def write_tables_as_spark_does(folder: BuildFolder) -> None:
    """Write every released table as Parquet files, and call the build one of Spark."""
    tables = [("main", "last_run")]
    tables += [(table.schema, table.name) for table in tables_of(folder)]
    with duckdb.connect(folder.warehouse, read_only=True) as warehouse:
        for schema, name in tables:
            (folder.spark_marts / name).mkdir(parents=True)
            file = folder.spark_marts / name / "part-0.parquet"
            warehouse.execute(f"copy {schema}.{name} to '{file}'")
    path = folder.dbt_target / "manifest.json"
    manifest = json.loads(path.read_text())
    manifest["metadata"]["adapter_type"] = "spark"
    path.write_text(json.dumps(manifest))


def test_lookup_tables_are_those_that_the_api_asks_for(dirty_build: FinishedBuild) -> None:
    lookups = [table for table in tables_of(dirty_build.folder) if table.is_lookup]
    assert {table.target for table in lookups} == {
        "lookup.ranking",
        "lookup.product_lists",
        "lookup.lists",
        "lookup.list_members",
        "lookup.orders",
        "lookup.later_places",
        "lookup.ranking_changes",
        "lookup.serving",
        "lookup.attributes",
        "lookup.attribute_customers",
        "lookup.candidates",
    }


def test_every_table_has_the_columns_of_its_contract_and_is_sorted_by_its_key(
    dirty_build: FinishedBuild,
) -> None:
    with read_release(dirty_build.folder) as release:
        for table in tables_of(dirty_build.folder):
            found = release.table(table.target)
            assert found.columns == list(table.types), table.name
            keys = release.execute(
                f"select {', '.join(table.key) or 1} from {table.target}"
            )
            order = [[(key is None, key) for key in row] for row in keys.fetchall()]
            assert order == sorted(order), table.name


def test_lookup_tables_are_not_among_the_public_tables(dirty_build: FinishedBuild) -> None:
    manifest = json.loads(
        (dirty_build.folder.releases / "current" / "manifest.json").read_text()
    )
    public = {table.name for table in tables_of(dirty_build.folder) if not table.is_lookup}
    assert set(manifest["row_counts"]) == public
    files = {f"parquet/{name}.parquet" for name in public}
    assert {name for name in manifest["files"] if name.startswith("parquet/")} == files


def test_a_ranking_serves_since_the_first_release_in_a_row(built: BuildFolder) -> None:
    first, second = publish(built), publish(built)
    assert second.manifest["serving"] == first.manifest["serving"]
    assert set(second.manifest["serving"]) == {
        "customers",
        "known products",
        "new products",
    }
    assert second.manifest["serving"]["customers"]["since"] == first.release_id
    path = second.folder / "manifest.json"
    manifest = json.loads(path.read_text())
    manifest["serving"]["customers"]["ranking"] = "another one"
    del manifest["serving"]["new products"]
    path.write_text(json.dumps(manifest))
    third = publish(built)
    since = {audience: row["since"] for audience, row in third.manifest["serving"].items()}
    assert since == {
        "customers": third.release_id,
        "known products": first.release_id,
        "new products": third.release_id,
    }


def test_lists_are_found_by_an_index(dirty_build: FinishedBuild) -> None:
    with read_release(dirty_build.folder) as release:
        indexes = release.execute(
            "select schema_name, table_name, index_name, is_unique from duckdb_indexes()"
        ).fetchall()
    assert indexes == [("lookup", "lists", "lists_by_id", True)]


def test_the_tables_that_spark_writes_make_the_same_release(built: BuildFolder) -> None:
    of_duckdb = publish(built)
    write_tables_as_spark_does(built)
    of_spark = publish(built)
    assert (of_duckdb.manifest["engine"], of_spark.manifest["engine"]) == (
        "duckdb",
        "spark",
    )
    with duckdb.connect() as connection:
        connection.execute(f"attach '{of_duckdb.database}' as one (read_only)")
        connection.execute(f"attach '{of_spark.database}' as other (read_only)")
        for table in tables_of(built):
            rows = [
                connection.execute(f"from {database}.{table.target}").fetchall()
                for database in ("one", "other")
            ]
            assert rows[0] == rows[1], table.name


@pytest.mark.parametrize("name", ["customers", "lists"])
def test_a_table_that_spark_has_not_handed_over_is_named(
    built: BuildFolder, name: str
) -> None:
    write_tables_as_spark_does(built)
    (built.spark_marts / name / "part-0.parquet").unlink()
    with pytest.raises(ReleaseError, match=f"Spark has not written {name} to"):
        publish(built)
