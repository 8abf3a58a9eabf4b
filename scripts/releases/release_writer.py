"""Write a release: copy the public marts of a tested build, check the copy, describe it."""

import hashlib
import importlib.metadata
import json
import logging
import shutil
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb

from scripts import resource_limits
from scripts.build_folder import PROJECT, BuildFolder, sql_path
from scripts.releases.release_folder import (
    RELEASE_FORMAT,
    Release,
    ReleaseError,
    ReleaseFolder,
)

# DuckDB 1.2 and every later version read this; files of 2.0's own format need 2.0.
STORAGE_VERSION = "v1.2.0"
# What the look-up API asks of a release beside its marts.
LOOKUP_TABLES = Path(__file__).with_name("release_lookups.sql")
RANKING_CHANGES = Path(__file__).with_name("release_changes.sql")
GOOD_STATUSES = {"success", "pass", "warn", "no-op"}
# Of dbt's variables those that no other build repeats (scripts/build/incremental.py).
VARIABLES_OF_ONE_RUN = ("new_log_files", "log_batch")

# Called after every mart: how many are copied, how many there are, its name, its rows.
Progress = Callable[[int, int, str, int], None]

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class PublicMart:
    """A table that goes into a release: every model with `access: public`.

    Attributes:
        key: the columns of its grain, in the order in which it is looked up.
        comment: its description.
        columns: description by column name.
        types: type by column name, as its contract has it.
    """

    name: str
    schema: str
    key: list[str]
    comment: str
    columns: dict[str, str]
    types: dict[str, str]


def public_marts(manifest: dict[str, Any]) -> list[PublicMart]:
    """The public marts, as dbt's manifest has them."""
    return [
        PublicMart(
            name=node["alias"],
            schema=node["schema"],
            key=node["config"]["meta"].get("key", []),
            comment=node["description"].strip(),
            columns={
                column["name"]: column["description"].strip()
                for column in node["columns"].values()
            },
            types={
                column["name"]: column["data_type"] for column in node["columns"].values()
            },
        )
        for node in manifest["nodes"].values()
        if node["resource_type"] == "model" and node["config"].get("access") == "public"
    ]


def check_build(folder: BuildFolder) -> tuple[dict[str, Any], dict[str, Any]]:
    """See that the warehouse holds a whole build without a failed test.

    Returns:
        dbt's manifest and run results.

    Raises:
        ReleaseError: it does not; the message names what is missing or failed.
    """
    try:
        manifest = json.loads((folder.dbt_target / "manifest.json").read_text())
        results = json.loads((folder.dbt_target / "run_results.json").read_text())
    except (FileNotFoundError, json.JSONDecodeError) as error:
        raise ReleaseError(
            f"No results of a dbt run in {folder.dbt_target}: run `make build`, which"
            " publishes by itself"
        ) from error
    statuses = {result["unique_id"]: result["status"] for result in results["results"]}
    failed = [
        node.split(".")[2]
        for node, status in statuses.items()
        if status not in GOOD_STATUSES
    ]
    if failed:
        raise ReleaseError(
            f"Not published: {', '.join(failed[:3])}"
            f"{f' and {len(failed) - 3} more' if len(failed) > 3 else ''} failed or did not"
            " run in the last dbt run. Mend that and run `make build`"
        )
    expected = {
        name
        for name, node in manifest["nodes"].items()
        if node["resource_type"] in ("model", "seed", "test")
        and node["config"]["enabled"]
        and node["config"].get("materialized") != "ephemeral"
    }
    missing = sorted(expected - set(statuses))
    if missing:
        raise ReleaseError(
            f"Not published: the last dbt run (`dbt {results['args'].get('which')}`) left"
            f" out {len(missing)} of {len(expected)} models and tests, for example"
            f" {missing[0].split('.')[2]}. Run `make build`"
        )
    return manifest, results


def test_results(manifest: dict[str, Any], results: dict[str, Any]) -> list[dict[str, Any]]:
    """The tests of a build: name, the table that each is about, status, failing rows."""
    found = []
    for result in results["results"]:
        node = manifest["nodes"].get(result["unique_id"], {})
        if node.get("resource_type") == "test":
            table = (node.get("attached_node") or "").rpartition(".")[2]
            found.append(
                {
                    "name": node["name"],
                    "table": table or None,
                    "status": result["status"],
                    "failures": result["failures"] or 0,
                }
            )
    return sorted(found, key=lambda test: (test["table"] or "", test["name"]))


def write_release(
    folder: BuildFolder,
    releases: ReleaseFolder,
    keep: int,
    show: Progress | None = None,
    check: Callable[[Path], None] = lambda _: None,
) -> Release:
    """Copy the public marts of a checked build into a new release, and serve it.

    The caller holds the releases' lock.

    Args:
        keep: how many releases are kept, for builds that go on from this one.
        check: looks at the folder of the written release; an error of it stops here.

    Raises:
        ReleaseError: the build is not fit, or the copy differs from what it copies.
        OSError, duckdb.Error: the release could not be written.
    """
    manifest, results = check_build(folder)
    created_at = datetime.now(UTC)
    unfinished = releases.unfinished(releases.next_id(created_at))
    marts = public_marts(manifest)
    engine = manifest["metadata"]["adapter_type"]
    (unfinished / "parquet").mkdir()
    database = unfinished / "audience.duckdb"
    with resource_limits.connect(folder) as connection:
        if engine == "spark":
            _attach_spark_marts(connection, folder, marts)
        else:
            _attach_warehouse(connection, folder)
        _check_invocation(connection, results)
        connection.execute(
            f"attach '{sql_path(database)}' as release"
            f" (storage_version '{STORAGE_VERSION}')"
        )
        counts: dict[str, int] = {}
        for mart in marts:
            counts[mart.name] = _copy_mart(connection, mart, unfinished / "parquet")
            if show is not None:
                show(len(counts), len(marts), mart.name, counts[mart.name])
        connection.execute(LOOKUP_TABLES.read_text(encoding="utf-8"))
        earlier = _compare(connection, releases.current())
        window = connection.execute(
            "select first_interaction_at::text, last_interaction_at::text, as_of_at::text"
            " from release.dataset_profile"
        ).fetchone()
        connection.execute("detach release")
    _check_copy(folder, database, counts)
    shutil.copyfile(
        folder.dbt_target / "semantic_manifest.json", unfinished / "semantic_manifest.json"
    )
    facts = {
        "kept_releases": keep,
        "earlier": earlier,
        "tests": test_results(manifest, results),
    }
    _write_manifest(unfinished, created_at, engine, results, counts, window, facts)
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
            " `make build`"
        ) from error


def _attach_spark_marts(
    connection: duckdb.DuckDBPyConnection, folder: BuildFolder, marts: list[PublicMart]
) -> None:
    """Attach what Spark has handed over as `warehouse`, in the same place."""
    connection.execute("set TimeZone = 'UTC'")
    connection.execute("attach ':memory:' as warehouse")
    tables = [("main", "last_run", {"invocation_id": "string"})]
    tables += [(mart.schema, mart.name, mart.types) for mart in marts]
    for schema, name, types in tables:
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
                f"Not published: Spark has not left {name} in {folder.spark_marts}"
                f" ({str(error).splitlines()[0]}). Where it runs on other machines,"
                " AUDIENCE_BUILD_DIR has to be a folder that all of them share"
            ) from error


def _check_invocation(
    connection: duckdb.DuckDBPyConnection, results: dict[str, Any]
) -> None:
    row = connection.execute("select invocation_id from warehouse.main.last_run").fetchone()
    if row is None or row[0] != results["metadata"]["invocation_id"]:
        raise ReleaseError(
            "Not published: the warehouse was last written by another dbt run than the one"
            " whose results lie beside it. Run `make build`"
        )


def _copy_mart(
    connection: duckdb.DuckDBPyConnection, mart: PublicMart, parquet: Path
) -> int:
    """Copy a mart with its comments, in the order of its key; returns its row count."""
    order = f" order by {', '.join(mart.key)}" if mart.key else ""
    connection.execute(
        f"create table release.{mart.name} as"
        f" from warehouse.{mart.schema}.{mart.name}{order}"
    )
    connection.execute(
        f"comment on table release.{mart.name} is '{_escaped(mart.comment)}'"
    )
    for column, comment in mart.columns.items():
        connection.execute(
            f"comment on column release.{mart.name}.{column} is '{_escaped(comment)}'"
        )
    connection.execute(
        f"copy release.{mart.name} to '{sql_path(parquet / f'{mart.name}.parquet')}'"
        " (format parquet, compression zstd)"
    )
    copied, original = (
        connection.execute(f"select count(*) from {table}").fetchone()
        for table in (f"release.{mart.name}", f"warehouse.{mart.schema}.{mart.name}")
    )
    if copied is None or copied != original:
        raise ReleaseError(f"Not published: {mart.name} was copied incompletely")
    return int(copied[0])


def _compare(
    connection: duckdb.DuckDBPyConnection, earlier: Release | None
) -> dict[str, Any] | None:
    """Note what is different from the release that is served now.

    Returns:
        What the manifest is to say of that release; None where there is none to read.
    """
    facts = None
    connection.execute(
        "create temp table earlier_top (customer_id varchar, engagement_rank bigint)"
    )
    if earlier is not None:
        try:
            manifest = earlier.manifest
            connection.execute(
                f"attach '{sql_path(earlier.database)}' as earlier (read_only)"
            )
            connection.execute(
                "insert into earlier_top select cast(customer_id as varchar),"
                " engagement_rank from earlier.customers where engagement_rank <= 100"
            )
            facts = {
                name: manifest[name] for name in ("release_id", "created_at", "row_counts")
            }
        except (ReleaseError, duckdb.Error, KeyError) as error:
            log.warning("Not compared with the release before: %s", error)
    connection.execute(RANKING_CHANGES.read_text(encoding="utf-8"))
    return facts


def _check_copy(folder: BuildFolder, database: Path, counts: dict[str, int]) -> None:
    """Open the new file as a reader would, and count again."""
    with resource_limits.connect(folder, database) as connection:
        connection.execute("set enable_external_access = false")
        connection.execute("set lock_configuration = true")
        for mart, count in counts.items():
            row = connection.execute(f"select count(*) from main.{mart}").fetchone()
            if row is None or row[0] != count:
                raise ReleaseError(f"Not published: {mart} cannot be read back")
        if not counts["customers"]:
            raise ReleaseError("Not published: the warehouse has no customers")


def _write_manifest(
    unfinished: Path,
    created_at: datetime,
    engine: str,
    results: dict[str, Any],
    counts: dict[str, int],
    window: tuple[str, ...] | None,
    facts: dict[str, Any],
) -> None:
    first, last, as_of = window or (None, None, None)
    variables = results["args"].get("vars") or {}
    settings = {
        name: value for name, value in variables.items() if name not in VARIABLES_OF_ONE_RUN
    }
    manifest = {
        "release_id": unfinished.name.removeprefix(".unfinished-"),
        "release_format": RELEASE_FORMAT,
        "project_version": importlib.metadata.version("product-audience"),
        "created_at": created_at.isoformat(timespec="seconds"),
        "git_revision": _git_revision(),
        "engine": engine,
        "duckdb_version": duckdb.__version__,
        "dbt_invocation_id": results["metadata"]["invocation_id"],
        "settings": settings,
        "input": {
            "first_interaction_at": first,
            "last_interaction_at": last,
            "as_of_at": as_of,
        },
        "row_counts": counts,
        **facts,
        "files": {
            str(file.relative_to(unfinished)): {
                "bytes": file.stat().st_size,
                "sha256": _sha256(file),
            }
            for file in sorted(unfinished.rglob("*"))
            if file.is_file()
        },
    }
    (unfinished / "manifest.json").write_text(
        json.dumps(manifest, indent=2) + "\n", encoding="utf-8"
    )


def _git_revision() -> str | None:
    """The commit of the checkout, with -dirty if files differ; None outside of one."""
    try:
        return subprocess.run(
            ["git", "describe", "--always", "--dirty", "--abbrev=40", "--exclude=*"],
            cwd=PROJECT,
            capture_output=True,
            text=True,
            check=True,
        ).stdout.strip()
    except (OSError, subprocess.CalledProcessError):
        return None


def _sha256(file: Path) -> str:
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _escaped(text: str) -> str:
    return text.replace("'", "''")
