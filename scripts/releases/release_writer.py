"""Write a release: copy the tables of a tested build, check the copy, describe it."""

import shutil
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import duckdb

from scripts import resource_limits
from scripts.build_folder import BuildFolder, sql_path
from scripts.releases.release_checks import check_build, check_copy, check_invocation
from scripts.releases.release_folder import (
    UNFINISHED,
    Release,
    ReleaseError,
    ReleaseFolder,
)
from scripts.releases.release_manifest import (
    earlier_release,
    log_window,
    serving,
    test_results,
    write_manifest,
)
from scripts.releases.released_tables import (
    LOOKUP,
    ReleasedTable,
    lookup_tables,
    public_marts,
)

# DuckDB 1.2 and every later version read this; files of 2.0's own format need 2.0.
STORAGE_VERSION = "v1.2.0"

# Called after every mart with the number of copied marts, the number of all marts, the name
# of the mart and its number of rows.
Progress = Callable[[int, int, str, int], None]


def write_release(
    folder: BuildFolder,
    releases: ReleaseFolder,
    keep: int,
    show: Progress | None = None,
    check: Callable[[Path], None] = lambda _: None,
) -> Release:
    """Copy the public marts and look-up tables of a build into a new release, and serve it.

    The caller holds the releases' lock.

    Args:
        keep: how many releases to keep; later builds use the same number.
        check: examines the folder of the written release; if it raises, the release is not
            served.

    Raises:
        ReleaseError: the build is not fit, or the copy differs from the build.
        OSError, duckdb.Error: the release could not be written.
    """
    manifest, results = check_build(folder)
    created_at = datetime.now(UTC)
    unfinished = releases.unfinished(releases.next_id(created_at))
    marts, lookups = public_marts(manifest), lookup_tables(manifest)
    engine = manifest["metadata"]["adapter_type"]
    (unfinished / "parquet").mkdir()
    database = unfinished / "audience.duckdb"
    with resource_limits.connect(folder) as connection:
        if engine == "spark":
            _attach_spark_tables(connection, folder, [*marts, *lookups])
        else:
            _attach_warehouse(connection, folder)
        check_invocation(connection, results)
        connection.execute(
            f"attach '{sql_path(database)}' as release"
            f" (storage_version '{STORAGE_VERSION}');"
            f"create schema release.{LOOKUP}"
        )
        counts: dict[str, int] = {}
        for done, mart in enumerate(marts, start=1):
            counts[mart.target] = _copy_table(connection, mart)
            _write_parquet(connection, mart, unfinished / "parquet")
            if show is not None:
                show(done, len(marts), mart.name, counts[mart.target])
        for lookup in lookups:
            counts[lookup.target] = _copy_table(connection, lookup)
        facts = {
            "input": log_window(connection),
            "row_counts": {mart.name: counts[mart.target] for mart in marts},
            "kept_releases": keep,
            "earlier": earlier_release(connection, releases),
            "serving": serving(
                connection, releases, unfinished.name.removeprefix(UNFINISHED)
            ),
            "tests": test_results(manifest, results),
        }
        connection.execute("detach release")
    check_copy(folder, database, counts)
    shutil.copyfile(
        folder.dbt_target / "semantic_manifest.json", unfinished / "semantic_manifest.json"
    )
    write_manifest(unfinished, created_at, engine, results, facts)
    check(unfinished)
    return releases.finish(unfinished)


def _attach_warehouse(connection: duckdb.DuckDBPyConnection, folder: BuildFolder) -> None:
    """Attach the database that dbt has written as `warehouse`."""
    try:
        connection.execute(
            f"attach '{sql_path(folder.warehouse)}' as warehouse (read_only)"
        )
    except duckdb.Error as error:
        raise ReleaseError(
            f"Cannot read {folder.warehouse} ({str(error).splitlines()[0]}): run"
            " `audience build`"
        ) from error


def _attach_spark_tables(
    connection: duckdb.DuckDBPyConnection, folder: BuildFolder, tables: list[ReleasedTable]
) -> None:
    """Attach the Parquet files that Spark has written as `warehouse`, like its database."""
    connection.execute("set TimeZone = 'UTC'")
    connection.execute("attach ':memory:' as warehouse")
    views = [("main", "last_run", {"invocation_id": "string"})]
    views += [(table.schema, table.name, table.types) for table in tables]
    for schema, name, types in views:
        columns = ", ".join(
            f"cast({column} as {type_}) as {column}" for column, type_ in types.items()
        )
        connection.execute(f"create schema if not exists warehouse.{schema}")
        try:
            connection.execute(
                f"create view warehouse.{schema}.{name} as"
                f" select {columns} from {folder.spark_mart(name)}"
            )
        except duckdb.Error as error:
            raise ReleaseError(
                f"Not published: Spark has not written {name} to {folder.spark_marts}"
                f" ({str(error).splitlines()[0]}). If it runs on other machines,"
                " AUDIENCE_BUILD_DIR must be a folder that all of them share"
            ) from error


def _copy_table(connection: duckdb.DuckDBPyConnection, table: ReleasedTable) -> int:
    """Copy a table with its comments, sorted by its key.

    Returns:
        Its number of rows.

    Raises:
        ReleaseError: the copy has another number of rows.
    """
    target, key = f"release.{table.target}", ", ".join(table.key)
    statements = [
        f"create table {target} as from {table.source}"
        + (f" order by {key}" if key else "")
    ]
    statements.append(f"comment on table {target} is '{_escaped(table.comment)}'")
    statements += [
        f"comment on column {target}.{column} is '{_escaped(comment)}'"
        for column, comment in table.columns.items()
    ]
    # One transaction: each one waits for the disk, and a table has a dozen comments.
    connection.execute("; ".join(("begin", *statements, "commit")))
    if table.unique_index:
        connection.execute(f"create unique index {table.unique_index} on {target} ({key})")
    copied, original = (
        connection.execute(f"select count(*) from {name}").fetchone()
        for name in (target, table.source)
    )
    if copied is None or copied != original:
        raise ReleaseError(f"Not published: {table.name} was copied incompletely")
    return int(copied[0])


def _write_parquet(
    connection: duckdb.DuckDBPyConnection, mart: ReleasedTable, folder: Path
) -> None:
    file = sql_path(folder / f"{mart.name}.parquet")
    connection.execute(
        f"copy release.{mart.target} to '{file}' (format parquet, compression zstd)"
    )


def _escaped(text: str) -> str:
    return text.replace("'", "''")
