"""The contact ledger: all lists so far, next to the current release.

A list and its entry in the ledger lie in one folder (see contact_list.py). The ledger is
all of these entries together.
"""

import contextlib
import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from typing import Any

import duckdb

from scripts.build_folder import BuildFolder, literal_paths, sql_path
from scripts.campaigns.current_opt_outs import CurrentOptOuts
from scripts.campaigns.opt_outs import has_numbers
from scripts.releases.release_folder import Release, ReleaseError, ReleaseFolder
from scripts.reported_error import ReportedError

# The tables that `open_ledger` reads: the file of a list that each comes from, its columns.
TABLES = {
    "ledger": (
        "ledger.parquet",
        "customer_id text, product_id text, campaign_id text, contacted_on date,"
        " arm text, experiment_id text, export_id text, release_id text, channel text",
    ),
    "experiments": ("experiment.parquet", "experiment_id text, attribution_days bigint"),
}


class ContactListError(ReportedError):
    """A list that cannot be written; the message says what to do."""


@contextmanager
def explain_earlier(release: Release) -> Iterator[None]:
    """Explain a missing table or column: an earlier version made the release.

    Raises:
        ContactListError: it lacks a table or a column.
    """
    try:
        yield
    except (duckdb.BinderException, duckdb.CatalogException) as error:
        raise ContactListError(
            f"{release.release_id} was made by an earlier version: run `audience build`"
        ) from error


@contextmanager
def open_ledger(
    folder: BuildFolder,
) -> Iterator[tuple[duckdb.DuckDBPyConnection, Release]]:
    """The current release, with the contacts and opt-outs until now.

    One list is written at a time: each must see the contacts of the one before.

    Yields:
        A connection with the database `release` and the tables `ledger`, `experiments`
        (that have started), `opted_out` and `held_out` (the global holdout); and the
        release.

    Raises:
        ReleaseError: there is no release, or a newer version made it.
        ContactListError: an earlier version made the release.
        FolderInUseError: a build is running.
    """
    release = ReleaseFolder(folder.releases).readable()
    if release is None:
        raise ReleaseError("There is no release to export from: run `audience build` first")
    folder.exports.mkdir(parents=True, exist_ok=True, mode=0o700)
    with (
        folder.outside_of_builds(),
        (folder.exports / ".lock").open("a") as lock,
        duckdb.connect() as connection,
        explain_earlier(release),
    ):
        fcntl.flock(lock, fcntl.LOCK_EX)
        connection.execute("set TimeZone = 'UTC'")
        connection.execute(f"attach '{sql_path(release.database)}' as release (read_only)")
        for table, (file, columns) in TABLES.items():
            connection.execute(f"create temp table {table} ({columns})")
            files = literal_paths(sorted(folder.exports.glob(f"*/{file}")))
            if files:
                # By name: lists of an earlier version have no channel.
                chosen = [column.split()[0] for column in columns.split(", ")]
                connection.execute(
                    f"insert into {table} by name select columns(name -> name in $chosen)"
                    " from read_parquet($files, hive_partitioning = false,"
                    " union_by_name = true)",
                    {"files": files, "chosen": chosen},
                )
        are_numbers = has_numbers(connection, "release.customers")
        connection.execute(
            "create temp table opted_out as select unnest($ids::text[]) as customer_id",
            # Those of a build too that was held back after it had told the API.
            {"ids": list(CurrentOptOuts(folder, are_numbers).ids())},
        )
        _read_holdout(connection)
        yield connection, release


def check_holdout_is_known(
    connection: duckdb.DuckDBPyConnection, release: Release, day: date
) -> None:
    """See that the release knows whom the global holdout leaves out on a day.

    Raises:
        ContactListError: the day is after the last period that it knows.
    """
    try:
        found = connection.execute(
            "select max(valid_until) from release.holdout_periods"
        ).fetchone()
    except duckdb.CatalogException:
        return  # An earlier version had no global holdout.
    known_until = found[0] if found else None
    if known_until is not None and day > known_until:
        raise ContactListError(
            f"{release.release_id} knows the global holdout until {known_until}, and the"
            f" day is {day}: run `audience build` with a newer log first"
        )


def _read_holdout(connection: duckdb.DuckDBPyConnection) -> None:
    """Make the table `held_out` of the global holdout; an earlier release has none."""
    connection.execute(
        "create temp table held_out (customer_id text, period_from date, valid_until date)"
    )
    with contextlib.suppress(duckdb.CatalogException):
        connection.execute(
            "insert into held_out select customer_id::text, period_from, valid_until"
            " from release.global_holdout"
        )


def records(
    connection: duckdb.DuckDBPyConnection, release: Release, mart: str
) -> dict[str, dict[str, Any]]:
    """The rows of a mart of the release, by their first column.

    Raises:
        ContactListError: an earlier version made the release, without that mart.
    """
    try:
        found = connection.execute(f"from release.{mart} order by 1")
    except duckdb.CatalogException as error:
        raise ContactListError(
            f"{release.release_id} was made before there was {mart}: run `audience build`"
        ) from error
    names = [column[0] for column in found.description or []]
    return {row[0]: dict(zip(names, row, strict=True)) for row in found.fetchall()}


def record(
    connection: duckdb.DuckDBPyConnection,
    release: Release,
    mart: str,
    thing: str,
    name: str,
) -> dict[str, Any]:
    """The row of a mart whose first column is a name.

    Raises:
        ContactListError: there is none; the message says which there are.
    """
    found = records(connection, release, mart)
    if name not in found:
        known = f"expected one of {', '.join(found)}" if found else "none is active"
        raise ContactListError(
            f"There is no {thing} {name} in {release.release_id}, {known}"
        )
    return found[name]
