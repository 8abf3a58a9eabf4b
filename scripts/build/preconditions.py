"""Checks before a build starts; a damaged warehouse is moved out of the way."""

import errno
import json
import re
from pathlib import Path
from typing import Any

import duckdb
from rich.console import Console

from scripts import resource_limits
from scripts.build.spark_setup import check_spark
from scripts.build_folder import BuildFolder, shown
from scripts.releases.release_folder import NewerReleaseError, ReleaseError, ReleaseFolder
from scripts.reported_error import ReportedError

# DuckDB's messages about a file that it cannot open, whatever is in it.
UNREACHABLE = "Cannot open file|Could not (set lock on|read from|write to) file"


class BuildError(ReportedError):
    """A build that stopped; the message has a sentence for each problem."""


def check_writable(folder: BuildFolder) -> None:
    """Check that the folder can be written to.

    Raises:
        BuildError: it cannot.
    """
    if re.search("[#?]", str(folder.root)):
        # dbt would take the path for an address, and a part of it for SQL.
        raise BuildError(
            f"{folder.root} has # or ? in its name: name another folder in"
            " AUDIENCE_BUILD_DIR"
        )
    try:
        folder.root.mkdir(parents=True, exist_ok=True)
        probe = folder.root / ".writable"
        probe.touch()
        probe.unlink()
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise  # Nothing is wrong with its permissions.
        raise BuildError(
            f"Cannot write to {folder.root}: {error.strerror}. Change its permissions, or"
            " name another folder in AUDIENCE_BUILD_DIR"
        ) from error


def check_warehouse(folder: BuildFolder, console: Console) -> None:
    """Check that dbt will be able to open its database; set it aside if it is damaged.

    Raises:
        BuildError: another program holds it, or it may not be opened.
    """
    if not folder.warehouse.exists():
        return
    try:
        resource_limits.connect(folder, folder.warehouse, read_only=False).close()
    except duckdb.Error as error:
        holder = re.search(r"held in (.+?) \(PID (\d+)\)", str(error))
        if holder:
            raise BuildError(
                f"{folder.warehouse} is held open by {holder[1]} (process {holder[2]}):"
                " close it there and build again. For reading, open a release instead:"
                f" {folder.releases}/current/audience.duckdb"
            ) from error
        reason = str(error).splitlines()[0]
        if resource_limits.explain(str(error), folder):
            raise  # A full disk is no damage.
        if re.search(UNREACHABLE, reason):
            raise BuildError(
                f"{folder.warehouse} cannot be opened ({reason}): check that no other"
                " program has it open and that you may write to it"
            ) from error
        set_aside(folder, console, reason)


def set_aside(folder: BuildFolder, console: Console, damage: str) -> None:
    """Move a damaged warehouse out of the way of a build that writes a new one.

    It is not removed: another version of DuckDB may be able to read it.
    """
    name = folder.warehouse.name
    for earlier in folder.root.glob(f"{name}.damaged*"):
        earlier.unlink()
    # First its logs of changes, which must never be replayed into another database.
    for file in [*folder.root.glob(f"{name}.wal*"), folder.warehouse]:
        file.replace(file.with_name(file.name.replace(name, f"{name}.damaged")))
    console.print(
        f"{shown(folder.warehouse)} is damaged ({damage}): it is now called"
        f" {name}.damaged, which you may remove. The build reads everything again.",
        soft_wrap=True,
    )


def check_engine(folder: BuildFolder, console: Console, target: str) -> None:
    """Check that the engine can start, and open what it writes to.

    Raises:
        BuildError, SparkSetupError: it cannot.
    """
    if target == "spark":
        check_spark()
    else:
        check_warehouse(folder, console)


def check_nothing_is_forgotten(folder: BuildFolder, given: dict[str, Any]) -> None:
    """Check that the log of the current release is named, its opt-outs and its contacts.

    Without the log, the generated one would be served in its place. Without the tables,
    people would be contacted who must not be.

    Args:
        given: the settings of a build, without defaults.

    Raises:
        BuildError: one is not named.
        NewerReleaseError: what the release knew cannot be read.
    """
    releases = ReleaseFolder(folder.releases)
    # Where the pointer leads nowhere, the last one knew them too.
    current = releases.current() or next(reversed(releases.all()), None)
    try:
        before = current.manifest["settings"] if current else {}
    except NewerReleaseError:
        raise
    except ReleaseError:
        return
    generated = folder.default_log
    log = before.get("log")
    if log and "log" not in given and Path(log).parts[-2:] != generated.parts[-2:]:
        raise BuildError(
            f"No log is named, and the current release was built from {log}: this build"
            " would serve a generated log instead. Name the log again (--log or --mapping),"
            " or run `audience refresh`, which has the settings of the release. For the"
            f" generated log, name that (--log {generated})"
        )
    for name in ("suppressions", "contacts"):
        if before.get(name) and name not in given:
            again = json.dumps({name: before[name]})
            raise BuildError(
                f"The current release was built with {name}, and this build has no such"
                " setting: it would forget the customers in that table. Name the table"
                f" again (--vars '{again}', or in the mapping), or confirm that there is"
                f" none (--vars '{name}: null')"
            )
