"""Build the warehouse from a raw log and publish it: what `make build` runs.

Without a log, one of the published size is generated once. A build that fails publishes
nothing; the release that was served before is served still.
"""

import argparse
import contextlib
import re
import signal
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import yaml
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

from scripts.build_folder import BuildFolder, FolderInUseError, shown
from scripts.build_summary import print_summary
from scripts.dbt_run import NodeResult, run_dbt
from scripts.generate_interactions import generate
from scripts.log_source import LogSourceError, check_log, literal, read_mapping
from scripts.marketplace_plan import GeneratorError
from scripts.publish import KEPT_RELEASES, print_mart, publish
from scripts.releases import Release, ReleaseError


class BuildError(RuntimeError):
    """A build that stopped; the message holds a sentence for each problem."""


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
        raise BuildError(
            f"Cannot write to {folder.root}: {error.strerror}. Change its permissions, or"
            " name another folder in AUDIENCE_BUILD_DIR"
        ) from error


def check_warehouse(folder: BuildFolder) -> None:
    """See that dbt will be able to open its database.

    Raises:
        BuildError: another program holds it, or it is damaged.
    """
    if not folder.warehouse.exists():
        return
    try:
        duckdb.connect(folder.warehouse).close()
    except duckdb.Error as error:
        holder = re.search(r"held in (.+?) \(PID (\d+)\)", str(error))
        if holder:
            raise BuildError(
                f"{folder.warehouse} is held open by {holder[1]} (process {holder[2]}):"
                " close it there and build again. For reading, open a release instead:"
                f" {folder.releases}/current/audience.duckdb"
            ) from error
        raise BuildError(
            f"{folder.warehouse} cannot be opened ({str(error).splitlines()[0]}). It is"
            " made anew by every build: remove it and build again"
        ) from error


def gather_settings(
    folder: BuildFolder, log: str | None, mapping: Path | None, extra: str | None
) -> dict[str, Any]:
    """The dbt variables of a build: the mapping's, then those given by hand, and the log.

    Raises:
        LogSourceError: the mapping or the log cannot be read.
    """
    settings = read_mapping(mapping) if mapping else {}
    if extra:
        try:
            given = yaml.safe_load(extra)
        except (yaml.YAMLError, ValueError) as error:
            raise LogSourceError(f"--vars {extra!r} is not YAML") from error
        if not isinstance(given, dict):
            raise LogSourceError(f"--vars {extra!r}: expected settings such as 'top_n: 20'")
        settings |= given
    if log is not None:
        settings["log"] = literal(log)
    settings.setdefault("log", str(folder.default_log))
    encoding = settings.get("encoding", "utf-8")
    check_log(str(settings["log"]), str(encoding))
    return settings


@contextlib.contextmanager
def timed(step: str, timings: dict[str, float]) -> Iterator[None]:
    """Note how long a step takes."""
    started = time.monotonic()
    yield
    timings[step] = time.monotonic() - started


def build(
    folder: BuildFolder,
    console: Console,
    log: str | None = None,
    mapping: Path | None = None,
    extra: str | None = None,
    keep: int = KEPT_RELEASES,
) -> Release:
    """Build and publish, with progress and a summary on the console.

    Args:
        log: path or glob of the raw log; generated if None and not there yet.
        mapping: YAML file that describes it.
        extra: more dbt variables, as YAML.
        keep: how many releases to keep.

    Raises:
        BuildError, FolderInUseError, LogSourceError, ReleaseError, GeneratorError:
            nothing was published.
    """
    check_writable(folder)
    with folder.lock() as lock:
        return _build(folder, console, log, mapping, extra, keep, lock)


def _build(
    folder: BuildFolder,
    console: Console,
    log: str | None,
    mapping: Path | None,
    extra: str | None,
    keep: int,
    lock: int,
) -> Release:
    timings: dict[str, float] = {}
    check_warehouse(folder)
    if log is None and not folder.default_log.exists():
        console.print("No log given: generating one of the published size, once ...")
        with timed("generate a log", timings):
            generate(folder.default_log)
    settings = gather_settings(folder, log, mapping, extra)

    named = shown(Path(settings["log"]))
    console.print(f"Building {named} ...", soft_wrap=True)
    with timed("dbt build", timings), dbt_progress(console) as show:
        # Unit tests check the SQL, not the log: they belong to `make test`.
        command = ["build", "--exclude-resource-type", "unit_test"]
        run = run_dbt(command, settings, folder, show, lock=lock)
    if run.exit_code:
        raise BuildError("\n".join(run.problems))

    console.print("Publishing ...")
    with timed("publish", timings):
        release = publish(folder, keep, print_mart)
    print_summary(console, release, run, timings)
    return release


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


def main(arguments: list[str] | None = None) -> int:
    """Run the program; returns the exit code."""
    parser = argparse.ArgumentParser(
        prog="python -m scripts.build",
        description="Build the warehouse from a raw log, test it and publish a release.",
    )
    parser.add_argument("--log", help="path or glob of CSV or Parquet files")
    parser.add_argument("--mapping", type=Path, help="YAML file that describes the log")
    parser.add_argument("--vars", help="more settings as YAML, such as 'top_n: 20'")
    parser.add_argument(
        "--keep",
        type=int,
        default=KEPT_RELEASES,
        help=f"how many releases to keep (default {KEPT_RELEASES})",
    )
    options = parser.parse_args(arguments)
    if options.keep < 1:
        parser.error(f"--keep {options.keep}, must be 1 or more")
    folder = BuildFolder.from_environment()
    # Whoever ends the program ends dbt with it.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        build(
            folder,
            # What is printed comes from data: no markup in it.
            Console(markup=False, highlight=False),
            log=options.log,
            mapping=options.mapping,
            extra=options.vars,
            keep=options.keep,
        )
    except (
        BuildError,
        FolderInUseError,
        LogSourceError,
        ReleaseError,
        GeneratorError,
        OSError,
        duckdb.Error,
    ) as error:
        print(f"error: {error}", file=sys.stderr)
    except KeyboardInterrupt:
        print("error: interrupted; nothing was published", file=sys.stderr)
        return 130
    else:
        return 0
    if (folder.releases / "current").exists():
        print("Nothing was published; the last release is served still.", file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main())
