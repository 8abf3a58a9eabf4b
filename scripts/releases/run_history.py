"""The history of builds: one row per run, whatever its result.

It is a file in the build folder, not a table of the warehouse, because a run that finds the
warehouse locked or damaged, or the disk full, must be noted too. The next build copies it
into the mart `build_history` (models/staging/operations/stg_build_runs.sql).
"""

import contextlib
import fcntl
import logging
import os
import time
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path

import duckdb
import pyarrow
import pyarrow.parquet

from scripts.build_folder import BuildFolder
from scripts.releases.drift import Drift, DriftError
from scripts.releases.release_folder import Release
from scripts.reported_error import ReportedError

COLUMNS = pyarrow.schema(
    [
        ("run_number", pyarrow.int64()),
        ("program_name", pyarrow.string()),
        ("started_at", pyarrow.timestamp("us")),
        ("seconds", pyarrow.float64()),
        ("interaction_count", pyarrow.int64()),
        ("release_id", pyarrow.string()),
        ("result", pyarrow.string()),
        ("reason", pyarrow.string()),
        ("accepted_drift", pyarrow.string()),
        ("process", pyarrow.int64()),
        ("inputs", pyarrow.string()),
    ]
)
log = logging.getLogger(__name__)

RESULTS = ("published", "unchanged", "blocked", "rolled back", "failed", "interrupted")


class RolledBackError(ReportedError):
    """A release was rolled back; the message says why."""


@dataclass
class Run:
    """A run of a program that builds.

    Attributes:
        run_number: gives the order of runs, even if the clock is wrong.
        program_name: build, refresh, evidence, suppress or publish.
        started_at: UTC.
        seconds: its duration; None while it runs.
        interaction_count: interactions of the release that it published.
        release_id: the release that it published.
        result: running, one of RESULTS, or killed.
        reason: why nothing was published, or why the release is no longer served.
        accepted_drift: why a drift was accepted.
        process: its process id.
        inputs: a hash of its inputs; see scripts.build.input_fingerprint.
        drift: the drift of the build; kept in the release, not in the history.
    """

    run_number: int
    program_name: str
    started_at: datetime
    seconds: float | None = None
    interaction_count: int | None = None
    release_id: str | None = None
    result: str = "running"
    reason: str | None = None
    accepted_drift: str | None = None
    process: int | None = None
    inputs: str | None = None
    drift: list[Drift] = field(default_factory=list)

    def publish(self, release: Release) -> None:
        """Record the release that the run published."""
        self.result, self.release_id = "published", release.release_id
        with duckdb.connect(release.database, read_only=True) as connection:
            row = connection.execute(
                "select interaction_count from dataset_profile"
            ).fetchone()
        self.interaction_count = row[0] if row else None

    def row(self) -> dict[str, object]:
        """The run as a row of the history."""
        return {name: getattr(self, name) for name in COLUMNS.names}


def read_history(folder: BuildFolder) -> list[Run]:
    """All runs, oldest first; none if there is no history or it cannot be read."""
    try:
        rows = pyarrow.parquet.read_table(folder.history).to_pylist()
    except (OSError, pyarrow.ArrowInvalid):
        return []
    known = set(COLUMNS.names)
    return [Run(**{n: row[n] for n in row.keys() & known}) for row in rows]


def accepted_releases(folder: BuildFolder) -> set[str]:
    """The ids of the releases that were published with an accepted drift."""
    return {
        run.release_id
        for run in read_history(folder)
        if run.accepted_drift and run.release_id
    }


def rolled_back_releases(folder: BuildFolder) -> set[str]:
    """The ids of the releases that a refresh rolled back."""
    return {
        run.release_id
        for run in read_history(folder)
        if run.result == "rolled back" and run.release_id
    }


def rolled_back_run(folder: BuildFolder, served: str, inputs: str | None) -> Run | None:
    """The run that published a later release of the same inputs, which was rolled back.

    Args:
        served: the id of the served release.
        inputs: a hash of the inputs; None if it is unknown.
    """
    later = [
        run
        for run in read_history(folder)
        if inputs and run.inputs == inputs and (run.release_id or "") > served
    ]
    return later[-1] if later else None


@contextlib.contextmanager
def recorded_run(folder: BuildFolder, program: str) -> Iterator[Run]:
    """Record the start and the result of a run.

    Yields:
        The run, for its program to fill in; an error that ends it becomes its result.
    """
    started = time.monotonic()
    run = Run(0, program, _now(), process=os.getpid())
    record_run(folder, run)
    try:
        yield run
    except BaseException as error:
        run.reason = _first_line(error)
        # A served release is published, even if a later step failed.
        if run.result != "published" or isinstance(error, RolledBackError):
            run.result = _result_of(error)
        raise
    finally:
        run.seconds = time.monotonic() - started
        record_run(folder, run)


def _now() -> datetime:
    return datetime.now(UTC).replace(tzinfo=None)


def _result_of(error: BaseException) -> str:
    if isinstance(error, DriftError):
        return "blocked"
    if isinstance(error, RolledBackError):
        return "rolled back"
    return "failed" if isinstance(error, Exception) else "interrupted"


def _first_line(error: BaseException) -> str | None:
    lines = str(error).strip().splitlines()
    return lines[0] if lines else None


def _set_aside_if_damaged(file: Path) -> None:
    """Rename a history that cannot be read."""
    if file.exists():
        try:
            pyarrow.parquet.read_table(file)
        except (OSError, pyarrow.ArrowInvalid):
            number = len(list(file.parent.glob(f"{file.name}.damaged*"))) + 1
            file.replace(file.with_name(f"{file.name}.damaged-{number}"))


def record_run(folder: BuildFolder, run: Run) -> None:
    """Write a run into the history. A failure is only a warning, so builds continue."""
    try:
        folder.root.mkdir(parents=True, exist_ok=True)
        with (folder.root / ".history.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            _set_aside_if_damaged(folder.history)
            others = [
                _with_end(one)
                for one in read_history(folder)
                if one.run_number != run.run_number
            ]
            if not run.run_number:
                run.run_number = max((one.run_number for one in others), default=0) + 1
            runs = sorted([*others, run], key=lambda one: one.run_number)
            _write(folder.history, [one.row() for one in runs])
    except (OSError, pyarrow.ArrowInvalid) as error:
        number = getattr(error, "errno", None)
        reason = os.strerror(number).lower() if number else error
        log.warning("%s lacks this run: %s", folder.history, reason)


def _with_end(run: Run) -> Run:
    """The run as killed, if it is noted as running and its process is gone."""
    if run.result == "running" and not _is_alive(run.process):
        return replace(run, result="killed", reason="It ended without a result.")
    return run


def _is_alive(process: int | None) -> bool:
    if process == os.getpid():
        return False  # In a container every run may have the same process id.
    try:
        os.kill(process or 0, 0)
    except ProcessLookupError:
        return False
    except OSError:
        pass  # The process of another user.
    return bool(process)


def _write(file: Path, rows: list[dict[str, object]]) -> None:
    unfinished = file.with_name(f".unfinished-{file.name}")
    pyarrow.parquet.write_table(pyarrow.Table.from_pylist(rows, COLUMNS), unfinished)
    unfinished.replace(file)
