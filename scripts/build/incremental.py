"""Incremental builds: read only the new files of the log.

Before dbt starts, the files of the log are compared with those that the warehouse holds.
If these are unchanged, and so is all that decides what a row becomes, dbt gets the new
files in the variable `new_log_files` and adds their rows to its tables. Otherwise it reads
the whole log and rebuilds every table, as it does by hand.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import duckdb

from scripts.build.dbt_run import DbtRun, run_dbt
from scripts.build.evidence_cadence import DAILY, NOT_EVIDENCE
from scripts.build.input_columns import Input, columns_of, find_input
from scripts.build.log_state import (
    LogFile,
    LogState,
    look_into_warehouse,
    read_log_state,
    run_outcome,
    write_log_state,
)
from scripts.build.product_signals import needs_product_signals
from scripts.build.project_fingerprint import (
    RESULT_FILES,
    project_files,
    project_fingerprint,
)
from scripts.build_folder import BuildFolder

# A file that was written a moment ago may change again within the same instant.
SETTLED_NANOSECONDS = 2_000_000_000
# More would not fit into one argument of a program.
MOST_NEW_FILES = 500


@dataclass(frozen=True)
class ReadingPlan:
    """Which files of the log a run reads.

    Attributes:
        reason: why it reads all of them; None where it reads the new ones.
        new_files: the files that it reads.
        state: the log in the warehouse after the run, without the id of the run.
        earlier: the log in the warehouse before; None where that is not known.
        last_run: the id of the run that wrote to the warehouse before.
    """

    reason: str | None
    new_files: list[str]
    state: LogState
    earlier: LogState | None
    last_run: str | None

    @property
    def variables(self) -> dict[str, Any]:
        """The variables that tell dbt of it."""
        if self.reason is not None:
            return {"new_log_files": None, "log_batch": 1}
        return {"new_log_files": self.new_files, "log_batch": self.state.batch}

    @property
    def sentence(self) -> str:
        """The same in words."""
        if self.reason is not None:
            return f"Reading the whole log: {self.reason}."
        return (
            f"Continuing from the last build: {len(self.new_files)} of"
            f" {len(self.state.files)} files of the log are new."
        )


def plan_reading(
    folder: BuildFolder, settings: dict[str, Any], *, is_forced: bool = False
) -> ReadingPlan:
    """Decide whether a run can continue from the last build.

    Args:
        is_forced: whether to read the whole log in any case.

    Raises:
        LogSourceError: the files of the log do not fit together.
    """
    log = find_input(settings, "log")
    assert log is not None, "a build has a log"
    files = stamp_files(log_files(log.path))
    fingerprint = _fingerprint(settings, columns_of(list(files), log))
    earlier = read_log_state(folder)
    last_run, tables = look_into_warehouse(folder)
    is_current = earlier is not None and earlier.invocation_id == last_run
    reason: str | None
    if is_forced:
        reason = "a full build was asked for"
    elif settings.get("automated") == "exclude":
        # A customer who becomes automated has earlier rows in the tables that grow.
        reason = "the setting automated: exclude needs all rows of a customer"
    elif earlier is None or last_run is None:
        reason = "this is the first build"
    elif not is_current:
        reason = "the last build did not finish, or dbt was run by hand since"
    else:
        reason = _why_not_continue(earlier, fingerprint, files, tables, log)
    if earlier is None or reason:
        read = {path: replace(file, batch=1) for path, file in files.items()}
        state = LogState("", fingerprint, 1, read, [])
        known = earlier if is_current else None
        return ReadingPlan(reason, list(files), state, known, last_run)
    batch = earlier.batch + 1
    new = {
        path: replace(file, batch=batch)
        for path, file in files.items()
        if path not in earlier.files
    }
    state = LogState("", fingerprint, batch, earlier.files | new, [])
    return ReadingPlan(None, list(new), state, earlier, last_run)


def run_incrementally(
    command: list[str],
    settings: dict[str, Any],
    folder: BuildFolder,
    say: Callable[[str], object] = lambda _: None,
    **options: Any,
) -> DbtRun:
    """Run a dbt command on DuckDB that reads, of the log, the files that are new.

    Args:
        command, settings, folder: as in run_dbt.
        say: gets a sentence about which files are read.
        options: further arguments of run_dbt.

    Raises:
        LogSourceError: the files of the log do not fit together.
    """
    plan = plan_reading(folder, settings, is_forced="--full-refresh" in command)
    say(plan.sentence)
    # Without the evidence, rankings are computed for now alone.
    with_evidence = DAILY not in command and NOT_EVIDENCE not in command
    variables = plan.variables | {
        "with_evidence": with_evidence,
        "with_product_signals": with_evidence or needs_product_signals(folder, settings),
    }
    run = run_dbt(command, settings | variables, folder, **options)
    note_reading(folder, plan)
    return run


def note_reading(folder: BuildFolder, plan: ReadingPlan) -> None:
    """Note the files that a run has read, if it built all tables that grow from them.

    Where it built only some of them, the state stays as it is and no longer fits the
    warehouse: the next run reads the whole log.
    """
    outcome = run_outcome(folder.dbt_target)
    last_run, _ = look_into_warehouse(folder)
    # A run that was killed before it wrote anything leaves the results of the one before.
    if outcome is None or outcome.invocation_id != last_run or last_run == plan.last_run:
        return
    if outcome.built_all:
        read = replace(
            plan.state, invocation_id=outcome.invocation_id, tables=outcome.tables
        )
        write_log_state(folder, read)
    elif outcome.built_none and plan.earlier is not None:
        write_log_state(folder, replace(plan.earlier, invocation_id=outcome.invocation_id))


def log_files(pattern: str) -> list[str]:
    """The files of the log, found and named as dbt finds and names them (`find_files`)."""
    with duckdb.connect() as connection:
        found = connection.execute("select file from glob(?) order by file", [pattern])
        names = [name for (name,) in found.fetchall()]
    hidden_too = Path(pattern).name.startswith(".")
    return [name for name in names if hidden_too or not Path(name).name.startswith(".")]


def stamp_files(paths: list[str]) -> dict[str, LogFile]:
    """Size and time of files, which tell later whether they have changed.

    Waits until the youngest is two seconds old.
    """
    youngest = max((Path(path).stat().st_mtime_ns for path in paths), default=0)
    missing = youngest + SETTLED_NANOSECONDS - time.time_ns()
    if 0 <= missing <= SETTLED_NANOSECONDS:
        time.sleep((missing + 1) / 1e9)
    now = time.time_ns()
    files = {}
    for path in paths:
        stat = Path(path).stat()
        is_settled = stat.st_mtime_ns < now - SETTLED_NANOSECONDS
        files[path] = LogFile(stat.st_size, stat.st_mtime_ns if is_settled else None, 0)
    return files


def _fingerprint(settings: dict[str, Any], columns: dict[str, str]) -> str:
    """A hash of all that decides what a row of the log becomes."""
    related = {name: value for name, value in settings.items() if name != "evidence_days"}
    return project_fingerprint(
        related | {"columns of the log": columns}, project_files(RESULT_FILES)
    )


def _why_not_continue(
    earlier: LogState,
    fingerprint: str,
    files: dict[str, LogFile],
    tables: set[str],
    log: Input,
) -> str | None:
    """Why a run cannot continue from the build that left this state; None where it can."""
    if earlier.fingerprint != fingerprint:
        return (
            "settings, seeds, models, macros, versions or the columns of the log have"
            " changed"
        )
    for table in earlier.tables:
        if table not in tables:
            return f"{table} is missing"
    for path, known in earlier.files.items():
        file = files.get(path)
        if file is None:
            return f"{path} no longer exists"
        stamp = (file.byte_count, file.modified_at)
        if known.modified_at is None or stamp != (known.byte_count, known.modified_at):
            return f"{path} has changed"
    new = [path for path in files if path not in earlier.files]
    if len(new) > MOST_NEW_FILES:
        return f"more than {MOST_NEW_FILES} of its files are new"
    if new and columns_of(new, log) != columns_of(list(files), log):
        # Read by themselves they would be read differently than among the others.
        return "the columns or types of the new files differ from those of the whole log"
    return None
