"""The memory and the disk that a build may use, and what to do if they are too small.

dbt reads the same environment variables in its profile.
"""

import re
import signal
import tempfile
from pathlib import Path
from typing import Any

import duckdb

from scripts.build_folder import BuildFolder
from scripts.private_files import check_readers
from scripts.settings.environment import BuildEnvironment
from scripts.settings.setting_error import SettingError


def check_environment() -> None:
    """See that the environment variables of a build are valid.

    Raises:
        SettingError: one is not.
    """
    BuildEnvironment.check()
    check_readers()
    named = BuildEnvironment.read().temp_dir
    if named:
        folder = BuildFolder.named(named)
        try:
            folder.mkdir(parents=True, exist_ok=True)
            with tempfile.TemporaryFile(dir=folder):
                pass
        except OSError as error:
            raise SettingError(
                f"AUDIENCE_TEMP_DIR = {named}: expected a folder that can be written to"
                f" ({error.strerror})"
            ) from error


def memory_limit() -> str:
    """The memory that DuckDB may use."""
    return BuildEnvironment.read().memory_limit


def dbt_threads() -> str:
    """How many models dbt builds at a time."""
    return BuildEnvironment.read().dbt_threads


def limits_for_dbt(folder: BuildFolder) -> dict[str, str]:
    """Environment variables with the limits, for dbt's profile and its Python models."""
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
    """A connection with the limits of a build.

    Args:
        database: a file; None opens a database in memory.
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
    environment = BuildEnvironment.read()
    if environment.cores:
        connection.execute(f"set threads = {environment.cores}")
    if environment.temp_limit:
        # As an option of connect it has no effect (DuckDB 1.5).
        connection.execute(f"set max_temp_directory_size = '{environment.temp_limit}'")
    return connection


def explain_end(exit_code: int) -> str | None:
    """What to do if dbt was killed; None if it was not."""
    if exit_code not in (-signal.SIGKILL, 128 + signal.SIGKILL):
        return None
    return (
        "dbt was killed, most likely because the system ran out of memory: lower"
        f" AUDIENCE_MEMORY_LIMIT (it is {memory_limit()}) or AUDIENCE_DBT_THREADS (it is"
        f" {dbt_threads()}), or build on a machine with more free memory"
    )


def reason(error: Exception, folder: BuildFolder) -> str:
    """An error in words; if memory or disk is too small, what to do about it."""
    if isinstance(error, MemoryError):
        return (
            "There is too little memory for this log: close other programs, or build on a"
            " machine with more free memory"
        )
    return explain(str(error), folder) or str(error)


def explain(message: str, folder: BuildFolder) -> str | None:
    """What to do if memory or disk is too small; None for any other error.

    Args:
        message: the error of DuckDB, dbt or the system.
    """
    environment = BuildEnvironment.read()
    limit = environment.temp_limit
    reached = "max_temp_directory_size" in message
    if reached and limit:
        return (
            f"Temporary data has filled {folder.spill} up to its limit: raise"
            f" AUDIENCE_TEMP_LIMIT (it is {limit}) or AUDIENCE_MEMORY_LIMIT (it is"
            f" {memory_limit()})"
        )
    full = re.search("No space left|Disk quota exceeded", message) is not None
    # Without a limit, DuckDB stops at 90 % of the free space.
    if reached or (full and "duckdb_temp_" in message):
        return (
            f"Temporary data has filled the disk of {folder.spill}: free some space, name a"
            " larger disk in AUDIENCE_TEMP_DIR, or raise AUDIENCE_MEMORY_LIMIT (it is"
            f" {memory_limit()})"
        )
    if full:
        return f"The disk of {folder.root} is full: free some space"
    if "OutOfMemoryError" in message:
        return (
            f"AUDIENCE_SPARK_MEMORY = {environment.spark_memory} is too little for this"
            " log: raise it, or let a cluster build it (AUDIENCE_SPARK_MASTER)"
        )
    if "Out of Memory Error" in message:
        return (
            f"AUDIENCE_MEMORY_LIMIT = {memory_limit()} is too little for this log: raise"
            f" it, or lower AUDIENCE_DBT_THREADS (it is {dbt_threads()})"
        )
    return None
