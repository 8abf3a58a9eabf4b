"""Build the warehouse from a raw log and publish it: what `make build` runs.

Without a log, one of the published size is generated once. A build that fails publishes
nothing; the release that was served before is served still.
"""

import contextlib
import errno
import io
import json
import re
import signal
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

import duckdb
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

from scripts import bounds
from scripts.build_folder import BuildFolder, FolderInUseError, shown
from scripts.build_history import Run, noted
from scripts.build_inputs import fingerprint_of_inputs
from scripts.build_order import (
    Order,
    check_inputs,
    gather_settings,
    order_parser,
    read_order,
)
from scripts.build_summary import print_summary
from scripts.dbt_run import DbtRun, NodeResult, run_dbt
from scripts.drift import (
    DriftError,
    check_drift,
    notes_on,
    read_drift,
    releases_to_compare,
)
from scripts.generate_experiments import generate_experiments
from scripts.generate_interactions import generate
from scripts.log_source import LogSourceError
from scripts.marketplace_plan import GeneratorError
from scripts.publish import KEPT_RELEASES, print_mart, publish
from scripts.releases import NewerReleaseError, Release, ReleaseError, ReleaseFolder
from scripts.spark_setup import SparkSetupError, check_spark


class BuildError(RuntimeError):
    """A build that stopped; the message holds a sentence for each problem."""


REPORTED_ERRORS: tuple[type[Exception], ...] = (
    BuildError,
    DriftError,
    bounds.BoundsError,
    FolderInUseError,
    LogSourceError,
    ReleaseError,
    GeneratorError,
    SparkSetupError,
)


def check_writable(folder: BuildFolder) -> None:
    """See that the folder can be written to.

    Raises:
        BuildError: it cannot.
    """
    try:
        folder.root.mkdir(parents=True, exist_ok=True)
        probe = folder.root / ".writable"
        probe.touch()
        probe.unlink()
    except OSError as error:
        if error.errno == errno.ENOSPC:
            raise  # Nothing is wrong with its permissions.
        raise BuildError(
            f"Cannot write to {folder.root}: {error.strerror}. Change its permissions, or"
            " name another folder in AUDIENCE_BUILD_DIR"
        ) from error


def check_warehouse(folder: BuildFolder, console: Console) -> None:
    """See that dbt will be able to open its database; set it aside if it is damaged.

    Raises:
        BuildError: another program holds it, or it may not be opened.
    """
    if not folder.warehouse.exists():
        return
    try:
        bounds.connect(folder, folder.warehouse, read_only=False).close()
    except duckdb.Error as error:
        holder = re.search(r"held in (.+?) \(PID (\d+)\)", str(error))
        if holder:
            raise BuildError(
                f"{folder.warehouse} is held open by {holder[1]} (process {holder[2]}):"
                " close it there and build again. For reading, open a release instead:"
                f" {folder.releases}/current/audience.duckdb"
            ) from error
        reason = str(error).splitlines()[0]
        if bounds.explain(str(error), folder):
            raise  # A disk that is full is no damage.
        if re.search("Cannot open file|Could not (set lock on|read from) file", reason):
            raise BuildError(
                f"{folder.warehouse} cannot be opened ({reason}): see that no other program"
                " has it open, and that this user may write it"
            ) from error
        set_aside(folder, console, reason)


def set_aside(folder: BuildFolder, console: Console, damage: str) -> None:
    """Move a damaged warehouse out of the way of a build that makes it anew.

    It is not removed: another version of DuckDB may be able to read it.
    """
    name = folder.warehouse.name
    for earlier in folder.root.glob(f"{name}.damaged*"):
        earlier.unlink()
    # First its logs of changes, which must never be replayed into another database.
    for file in [*folder.root.glob(f"{name}.wal*"), folder.warehouse]:
        file.replace(file.with_name(file.name.replace(name, f"{name}.damaged")))
    console.print(
        f"{shown(folder.warehouse)} is damaged ({damage}): set aside as"
        f" {name}.damaged, which may be removed. Everything is read again.",
        soft_wrap=True,
    )


def check_engine(folder: BuildFolder, console: Console, target: str) -> None:
    """See that the engine can start, and open what it writes to.

    Raises:
        BuildError, SparkSetupError: it cannot.
    """
    if target == "spark":
        check_spark()
    else:
        check_warehouse(folder, console)


def check_nothing_is_forgotten(folder: BuildFolder, settings: dict[str, Any]) -> None:
    """See that tables of opt-outs and contacts that the current release knew are named.

    Whoever leaves one out by mistake would contact people who must not be contacted.

    Raises:
        BuildError: one is not.
        NewerReleaseError: what the release knew cannot be read.
    """
    current = ReleaseFolder(folder.releases).current()
    try:
        before = current.manifest["settings"] if current else {}
    except NewerReleaseError:
        raise
    except ReleaseError:
        return
    for name in ("suppressions", "contacts"):
        if before.get(name) and name not in settings:
            given = json.dumps({name: before[name]})
            raise BuildError(
                f"The current release was made with {name}, and this build names none:"
                " whom they hold would be forgotten. Name them again"
                f" (--vars '{given}', or in the mapping), or say that there are none any"
                f" more (--vars '{name}: null')"
            )


@contextlib.contextmanager
def timed(step: str, timings: dict[str, float]) -> Iterator[None]:
    """Note how long a step takes."""
    started = time.monotonic()
    yield
    timings[step] = time.monotonic() - started


def prepare(
    folder: BuildFolder, console: Console, order: Order, timings: dict[str, float]
) -> dict[str, Any]:
    """See that a build can start, and generate its log where none is given.

    Returns:
        The dbt variables of the build.

    Raises:
        BuildError, LogSourceError, GeneratorError, SparkSetupError: it cannot.
    """
    check_engine(folder, console, order.target)
    if order.log is None and not folder.default_log.exists():
        console.print("No log given: generating one of the published size, once ...")
        with timed("generate a log", timings):
            generate(folder.default_log)
    if order.log is None and not folder.example_units.exists():
        generate_experiments(folder.example_units)
    settings = gather_settings(folder, order.log, order.mapping, order.extra)
    check_nothing_is_forgotten(folder, settings)
    return settings


def dbt_build(
    folder: BuildFolder,
    console: Console,
    settings: dict[str, Any],
    lock: int,
    *selection: str,
) -> DbtRun:
    """Build and test models; all anew where the warehouse turns out to be damaged.

    Args:
        selection: dbt's options that say which models, and on which engine; all models on
            DuckDB without any.

    Raises:
        BuildError: something failed.
    """
    # Unit tests check the SQL, not the log: they belong to `make test`.
    command = ["build", "--exclude-resource-type", "unit_test", *selection]
    compared = releases_to_compare(folder, settings)
    with dbt_progress(console) as show:
        run = run_dbt(command, settings, folder, show, lock=lock, environment=compared)
        if run.is_damaged:
            set_aside(folder, console, run.problems[0])
            run = run_dbt(command, settings, folder, show, lock=lock, environment=compared)
    if run.exit_code:
        raise BuildError("\n".join(run.problems))
    return run


def build_and_publish(
    folder: BuildFolder,
    console: Console,
    settings: dict[str, Any],
    keep: int,
    lock: int,
    timings: dict[str, float],
    check: Callable[[], Iterable[str]] = tuple,
    target: str = "duckdb",
    smoke: Callable[[Path], None] = lambda _: None,
) -> tuple[Release, DbtRun]:
    """Build every model, test it, and publish a release.

    Args:
        settings: dbt variables, the log among them.
        lock: file descriptor of the folder's lock.
        check: looks at the warehouse before it is published, and returns what there is to
            note; raises an error where it must not be.
        target: the engine, an output of profiles.yml.
        smoke: looks at the written release before it is served.

    Raises:
        BuildError, ReleaseError: nothing was published.
    """
    console.print(f"Building {shown(Path(settings['log']))} ...", soft_wrap=True)
    with timed("dbt build", timings):
        run = dbt_build(folder, console, settings, lock, "--target", target)
    run.warnings += check()
    for note in run.notes:
        console.print(note, soft_wrap=True)
    console.print("Publishing ...")
    with timed("publish", timings):
        return publish(folder, keep, print_mart, smoke), run


def build(folder: BuildFolder, console: Console, order: Order) -> Release:
    """Build and publish, with progress and a summary on the console.

    Raises:
        REPORTED_ERRORS: nothing was published.
    """
    bounds.check_environment()
    check_writable(folder)
    timings: dict[str, float] = {}
    with noted(folder, "build") as run, folder.lock() as lock:
        settings = prepare(folder, console, order, timings)
        run.inputs = fingerprint_of_inputs(folder, settings)
        release, done = build_and_publish(
            folder,
            console,
            settings,
            order.keep,
            lock,
            timings,
            drift_check(folder, order.target, run, order.accepted_drift),
            order.target,
        )
        run.publish(release)
    print_summary(console, release, done, timings)
    return release


def drift_check(
    folder: BuildFolder, target: str, run: Run, accepted: str | None
) -> Callable[[], list[str]]:
    """A check that notes a build's drift in its run, and stops it where that is too far."""

    def check() -> list[str]:
        run.drift = read_drift(folder, target)
        check_drift(run.drift, accepted)
        if any(drift.level == "block" for drift in run.drift):
            run.accepted_drift = accepted
        return notes_on(run.drift)

    return check


def rebuild(
    folder: BuildFolder,
    console: Console,
    current: Release,
    lock: int,
    timings: dict[str, float],
    check: Callable[[], Iterable[str]] = tuple,
    smoke: Callable[[Path], None] = lambda _: None,
) -> tuple[Release, DbtRun]:
    """Build and publish with the settings, and on the engine, of the current release.

    Raises:
        REPORTED_ERRORS: nothing was published.
    """
    settings = dict(current.manifest["settings"])
    target = current.manifest.get("engine", "duckdb")
    check_engine(folder, console, target)
    check_inputs(settings)
    return build_and_publish(
        folder, console, settings, KEPT_RELEASES, lock, timings, check, target, smoke
    )


@contextlib.contextmanager
def dbt_progress(console: Console) -> Iterator[Any]:
    """A progress bar on a terminal; elsewhere a line for every model and 50 tests."""
    if not console.is_terminal:

        def show_line(done: int, total: int, node: NodeResult) -> None:
            if node.kind in ("model", "seed") or done == total or done % 50 == 0:
                console.print(
                    f"  {done:>3}/{total}  {node.kind} {node.name}  {node.status}"
                    f"  {node.seconds:.1f} s",
                    highlight=False,
                    soft_wrap=True,
                )

        yield show_line
        return
    with Progress(
        TextColumn("  "),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.description}"),
        console=console,
        transient=True,
    ) as progress:
        task = progress.add_task("starting dbt", total=None)

        def show_bar(done: int, total: int, node: NodeResult) -> None:
            progress.update(task, completed=done, total=total, description=node.name[:50])

        yield show_bar


def carry_out(
    action: Callable[[BuildFolder, Console], object],
    reported: tuple[type[Exception], ...] = REPORTED_ERRORS,
) -> int:
    """Do something that ends with a release; errors become one sentence each.

    Args:
        reported: errors of the action that have a message for the user.

    Returns:
        The exit code: 0, 1 after an error, 130 where it was interrupted.
    """
    folder = BuildFolder.from_environment()
    served = ReleaseFolder(folder.releases).current()
    # Whoever ends the program ends dbt with it.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    # Ids may hold what the terminal cannot show.
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")
    errors: tuple[type[Exception], ...] = (*reported, OSError, duckdb.Error)
    try:
        # What is printed comes from data: no markup in it.
        action(folder, Console(markup=False, highlight=False))
    except errors as error:
        print(f"error: {bounds.reason(error, folder)}", file=sys.stderr)
        code = 1
    except KeyboardInterrupt:
        print("error: interrupted", file=sys.stderr)
        code = 130
    else:
        return 0
    serves = ReleaseFolder(folder.releases).current()
    if serves is None:
        print("Nothing was published.", file=sys.stderr)
    elif serves == served:
        print("Nothing was published; the last release is served still.", file=sys.stderr)
    else:
        print(f"{serves.release_id} had been published and is served.", file=sys.stderr)
    return code


def main(arguments: list[str] | None = None) -> int:
    """Run the program; returns the exit code."""
    parser = order_parser(
        "python -m scripts.build",
        "Build the warehouse from a raw log, test it and publish a release.",
    )
    parser.add_argument(
        "--target",
        choices=["duckdb", "spark"],
        default="duckdb",
        help="the engine (default duckdb)",
    )
    order = read_order(parser, arguments)
    return carry_out(lambda folder, console: build(folder, console, order))


if __name__ == "__main__":
    sys.exit(main())
