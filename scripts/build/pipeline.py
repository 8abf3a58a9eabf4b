"""Build the warehouse from a raw log and publish it: what `make build` runs.

Without a log, one of the published size is generated once. A build that fails publishes
nothing; the release that was served before is served still.
"""

import contextlib
import functools
import io
import signal
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

import duckdb
from rich.console import Console

from scripts import resource_limits
from scripts.build.build_request import (
    Order,
    check_inputs,
    gather_settings,
    order_parser,
    read_order,
)
from scripts.build.dbt_progress import dbt_progress
from scripts.build.dbt_run import DbtRun, run_dbt
from scripts.build.incremental import run_incrementally
from scripts.build.input_fingerprint import fingerprint_of_inputs
from scripts.build.log_source import LogSourceError
from scripts.build.preconditions import (
    BuildError,
    check_engine,
    check_nothing_is_forgotten,
    check_writable,
    set_aside,
)
from scripts.build.spark_setup import SparkSetupError, spark_tables
from scripts.build.summary import print_summary
from scripts.build_folder import BuildFolder, FolderInUseError, shown
from scripts.releases.drift import DriftError, releases_to_compare
from scripts.releases.publish import drift_check, kept_releases, print_mart, publish
from scripts.releases.release_folder import Release, ReleaseError, ReleaseFolder
from scripts.releases.run_history import RolledBackError, accepted_releases, noted
from scripts.synthetic.experiments import generate_experiments
from scripts.synthetic.interactions import generate
from scripts.synthetic.marketplace_plan import GeneratorError

REPORTED_ERRORS: tuple[type[Exception], ...] = (
    BuildError,
    DriftError,
    resource_limits.BoundsError,
    FolderInUseError,
    LogSourceError,
    ReleaseError,
    GeneratorError,
    SparkSetupError,
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
    target: str = "duckdb",
) -> DbtRun:
    """Build and test models; from nothing where the warehouse turns out to be damaged.

    Args:
        selection: dbt's options that say which models; all without any.
        target: the engine, an output of profiles.yml.

    Raises:
        BuildError: something failed.
    """
    # Unit tests check the SQL, not the log: they belong to `make test-builds`.
    command = ["build", "--exclude-resource-type", "unit_test", "--target", target]
    command += selection
    compared = releases_to_compare(folder, settings, accepted_releases(folder))
    with contextlib.ExitStack() as running:
        show = running.enter_context(dbt_progress(console))
        if target == "spark":
            running.enter_context(spark_tables(folder))
        options: dict[str, Any] = {"show": show, "lock": lock, "environment": compared}

        def run_once() -> DbtRun:
            if target == "spark":
                return run_dbt(command, settings, folder, **options)
            say = functools.partial(console.print, soft_wrap=True)
            return run_incrementally(command, settings, folder, say, **options)

        run = run_once()
        if run.is_damaged:
            set_aside(folder, console, run.problems[0])
            run = run_once()
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
    spared: str = "",
) -> tuple[Release, DbtRun]:
    """Build every model, test it, and publish a release.

    Args:
        settings: dbt variables, the log among them.
        lock: file descriptor of the folder's lock.
        check: looks at the warehouse before it is published, and returns what there is to
            note; raises an error where it must not be.
        target: the engine, an output of profiles.yml.
        smoke: looks at the written release before it is served.
        spared: the id of a release that stays, whatever `keep` is.

    Raises:
        BuildError, ReleaseError: nothing was published.
    """
    console.print(f"Building {shown(Path(settings['log']))} ...", soft_wrap=True)
    with timed("dbt build", timings):
        run = dbt_build(folder, console, settings, lock, target=target)
    run.warnings += check()
    console.print("Publishing ...")
    with timed("publish", timings):
        return publish(folder, keep, print_mart, smoke, spared), run


def build(folder: BuildFolder, console: Console, order: Order) -> Release:
    """Build and publish, with progress and a summary on the console.

    Raises:
        REPORTED_ERRORS: nothing was published.
    """
    resource_limits.check_environment()
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
        folder,
        console,
        settings,
        kept_releases(current),
        lock,
        timings,
        check,
        target,
        smoke,
        current.release_id,
    )


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
    errors: tuple[type[Exception], ...] = (*reported, OSError, MemoryError, duckdb.Error)
    try:
        # What is printed comes from data: no markup in it.
        action(folder, Console(markup=False, highlight=False))
    except RolledBackError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    except errors as error:
        print(f"error: {resource_limits.reason(error, folder)}", file=sys.stderr)
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
        "python -m scripts.build.pipeline",
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
