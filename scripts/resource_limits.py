"""What a build may use of the machine: memory, and disk to spill to.

One definition for dbt, which gets it through its profile, and for publishing.
"""

import os
import re
import signal
import tempfile
from pathlib import Path
from typing import Any

import duckdb

from scripts.build_folder import BuildFolder
from scripts.reported_error import ReportedError

# As in profiles.yml, which dbt reads by itself where it is run by hand.
MEMORY_LIMIT = "4GB"
DBT_THREADS = "4"
SPARK_MEMORY = "2g"

SIZE = r"\d+(\.\d+)? ?[KMGT]i?B"


class BoundsError(ReportedError):
    """A bound that cannot be meant; the message names it."""


def check_environment() -> None:
    """See that the environment variables that bound a build can be meant.

    Raises:
        BoundsError: one cannot.
    """
    for name, pattern, expected in (
        ("AUDIENCE_DBT_THREADS", r"[1-9]\d{0,2}", "a number of threads such as 4"),
        ("AUDIENCE_CORES", r"[1-9]\d{0,2}", "a number of cores such as 2"),
        ("AUDIENCE_MEMORY_LIMIT", SIZE, "a size such as 4GB"),
        ("AUDIENCE_TEMP_LIMIT", SIZE, "a size such as 50GB"),
    ):
        value = os.environ.get(name)
        if value is not None and not re.fullmatch(pattern, value):
            raise BoundsError(f"{name} = {value}: expected {expected}")
    named = os.environ.get("AUDIENCE_TEMP_DIR")
    if named:
        folder = BuildFolder.named(named)
        try:
            folder.mkdir(parents=True, exist_ok=True)
            with tempfile.TemporaryFile(dir=folder):
                pass
        except OSError as error:
            raise BoundsError(
                f"AUDIENCE_TEMP_DIR = {named}: expected a folder that can be written to"
                f" ({error.strerror})"
            ) from error


def memory_limit() -> str:
    """How much memory DuckDB may take."""
    return os.environ.get("AUDIENCE_MEMORY_LIMIT", MEMORY_LIMIT)


def dbt_environment(folder: BuildFolder) -> dict[str, str]:
    """What dbt's profile reads, and where Python models leave their temporary files."""
    folder.spill.mkdir(parents=True, exist_ok=True)
    return {
        "AUDIENCE_MEMORY_LIMIT": memory_limit(),
        "AUDIENCE_TEMP_DIR": str(folder.spill),
        "TMPDIR": str(folder.spill),
    }


def connect(
    folder: BuildFolder,
    database: Path | None = None,
    *,
    read_only: bool = True,
) -> duckdb.DuckDBPyConnection:
    """A connection that keeps to the bounds of a build.

    Args:
        database: a file; a database in memory where it is None.
    """
    folder.spill.mkdir(parents=True, exist_ok=True)
    config: dict[str, Any] = {
        "memory_limit": memory_limit(),
        "temp_directory": str(folder.spill),
    }
    connection = (
        duckdb.connect(config=config)
        if database is None
        else duckdb.connect(database, read_only=read_only, config=config)
    )
    cores = os.environ.get("AUDIENCE_CORES")
    if cores:
        connection.execute(f"set threads = {cores}")
    limit = os.environ.get("AUDIENCE_TEMP_LIMIT")
    if limit:
        # As an option of connect it has no effect (DuckDB 1.5).
        connection.execute(f"set max_temp_directory_size = '{limit}'")
    return connection


def explain_end(exit_code: int) -> str | None:
    """What to do about a dbt that was killed; None where it ended by itself."""
    if exit_code not in (-signal.SIGKILL, 128 + signal.SIGKILL):
        return None
    return (
        "dbt was killed, most likely by the system for want of memory: lower"
        f" AUDIENCE_MEMORY_LIMIT (it is {memory_limit()}) or AUDIENCE_DBT_THREADS (it is"
        f" {os.environ.get('AUDIENCE_DBT_THREADS', DBT_THREADS)}), or build on a machine"
        " that has more memory free"
    )


def reason(error: Exception, folder: BuildFolder) -> str:
    """An error in words: what to do, where it is one of want of memory or disk."""
    if isinstance(error, MemoryError):
        return (
            "There is too little memory for this log: close other programs, or build on a"
            " machine that has more memory free"
        )
    return explain(str(error), folder) or str(error)


def explain(message: str, folder: BuildFolder) -> str | None:
    """What to do about an error of want of memory or disk; None for any other.

    Args:
        message: what DuckDB, dbt or the system says.
    """
    limit = os.environ.get("AUDIENCE_TEMP_LIMIT")
    reached = "max_temp_directory_size" in message
    if reached and limit:
        return (
            f"What does not fit into memory has filled {folder.spill} up to its limit:"
            f" raise AUDIENCE_TEMP_LIMIT (it is {limit}) or AUDIENCE_MEMORY_LIMIT (it is"
            f" {memory_limit()})"
        )
    full = re.search("No space left|Disk quota exceeded", message) is not None
    # Without a limit, DuckDB stops at 90 % of what was free.
    if reached or (full and "duckdb_temp_" in message):
        return (
            f"What does not fit into memory has filled the disk of {folder.spill}: free"
            " some space, name a larger disk in AUDIENCE_TEMP_DIR, or raise"
            f" AUDIENCE_MEMORY_LIMIT (it is {memory_limit()})"
        )
    if full:
        return f"The disk of {folder.root} is full: free some space"
    if "OutOfMemoryError" in message:
        memory = os.environ.get("AUDIENCE_SPARK_MEMORY", SPARK_MEMORY)
        return (
            f"AUDIENCE_SPARK_MEMORY = {memory} is too little for this log: raise it, or"
            " let a cluster build it (AUDIENCE_SPARK_MASTER)"
        )
    if "Out of Memory Error" in message:
        return (
            f"AUDIENCE_MEMORY_LIMIT = {memory_limit()} is too little for this log: raise"
            " it, or lower AUDIENCE_DBT_THREADS (it is"
            f" {os.environ.get('AUDIENCE_DBT_THREADS', DBT_THREADS)})"
        )
    return None
