"""The refresh: add what is new in the log, and publish. Made to run every day or hour.

It builds with the settings of the current release and continues from the last build: of the
log it reads only the new files. A build that has drifted too far, or that the API cannot
answer from, is not published. A release with which a running API does worse is rolled back.
The history of builds shows every outcome.
"""

import contextlib
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console

from scripts import resource_limits
from scripts.build.input_fingerprint import fingerprint_of_inputs
from scripts.build.notifications import notify, write_metrics
from scripts.build.pipeline import rebuild
from scripts.build.preconditions import check_writable
from scripts.build.refresh_plan import (
    check_not_rolled_back,
    current_release,
    is_evidence_due,
    is_unchanged,
)
from scripts.build.summary import print_summary
from scripts.build_folder import BuildFolder, shown
from scripts.releases.publish import drift_check, roll_back
from scripts.releases.release_folder import Release, ReleaseFolder
from scripts.releases.release_watch import (
    WATCH_SECONDS,
    Answers,
    answers_of,
    served_by,
    watch,
    watched_url,
)
from scripts.releases.run_history import (
    RolledBackError,
    Run,
    record_run,
    recorded_run,
)
from scripts.releases.smoke_check import smoke_check


@dataclass(frozen=True)
class RefreshOptions:
    """How to refresh.

    Attributes:
        accepted_drift: why a build that has drifted is to be published; None if it is not.
        watch_seconds: how long to watch a running API afterwards.
        is_forced: whether to build although nothing is new.
    """

    accepted_drift: str | None = None
    watch_seconds: float = WATCH_SECONDS
    is_forced: bool = False


def refresh(
    folder: BuildFolder, console: Console, options: RefreshOptions | None = None
) -> Release:
    """Build with the settings of the current release, and publish.

    Returns:
        The release that is served; the current one where nothing is new.

    Raises:
        ReleaseError: there is no release to continue from.
        WatchError: AUDIENCE_API_URL is not an address.
        SmokeCheckError: the API cannot answer from the new release.
        RolledBackError: a running API did worse with it.
        ReportedError: nothing was published.
    """
    options = options or RefreshOptions()
    before: list[Answers | None] = []
    timings: dict[str, float] = {}
    with reported(folder, console) as run:
        resource_limits.check_environment()
        check_writable(folder)
        url = watched_url()
        with folder.lock() as lock:
            current = current_release(folder)
            run.inputs = fingerprint_of_inputs(folder, current.manifest["settings"])
            if not options.is_forced:
                if is_unchanged(folder, current, run.inputs) and not is_evidence_due(
                    folder, current
                ):
                    run.result, run.release_id = "unchanged", current.release_id
                    console.print(
                        f"Nothing is new since {current.release_id}, which stays in use."
                    )
                    return current
                check_not_rolled_back(folder, current, run.inputs)
            is_watched = options.watch_seconds > 0 and _can_be_watched(
                console, url, current
            )

            def check_candidate(candidate: Path) -> None:
                console.print("Checking the answers of the API from the new release ...")
                smoke_check(folder, candidate, current)
                # As late as can be: what it answered during the build counts as before.
                before.append(answers_of(url) if is_watched else None)

            release, done = rebuild(
                folder,
                console,
                current,
                lock,
                timings,
                drift_check(
                    folder,
                    current.manifest.get("engine", "duckdb"),
                    run,
                    options.accepted_drift,
                ),
                check_candidate,
            )
            run.publish(release)
            record_run(folder, run)
            if is_watched:
                _watch(
                    folder, console, options.watch_seconds, url, release, before[0], current
                )
    print_summary(console, release, done, timings)
    return release


@contextlib.contextmanager
def reported(folder: BuildFolder, console: Console) -> Iterator[Run]:
    """Record a refresh in the history, and report it to Prometheus and AUDIENCE_NOTIFY."""
    kept: list[Run] = []
    try:
        with recorded_run(folder, "refresh") as run:
            kept.append(run)
            yield run
    finally:
        for one in kept:
            _report(folder, console, one)


def _report(folder: BuildFolder, console: Console, run: Run) -> None:
    try:
        write_metrics(folder, run)
    except OSError as error:
        console.print(f"Note: {shown(folder.metrics)} was not written: {error}")
    command = os.environ.get("AUDIENCE_NOTIFY")
    trouble = notify(command, run) if command else None
    if trouble:
        console.print(f"Note: {trouble}", soft_wrap=True)


def _can_be_watched(console: Console, url: str, current: Release) -> bool:
    served = served_by(url)
    if served != current.release_id:
        what = f"serves {served}" if served else "serves no release"
        console.print(
            f"Note: the release will not be watched: {url} {what}, and AUDIENCE_API_URL"
            " names no other API.",
            soft_wrap=True,
        )
    return served == current.release_id


def _watch(
    folder: BuildFolder,
    console: Console,
    seconds: float,
    url: str,
    release: Release,
    before: Answers | None,
    earlier: Release,
) -> None:
    """Watch a running API; serve the release before again where it does worse.

    Raises:
        RolledBackError: it does.
    """
    console.print(f"\nWatching {url} for {seconds:g} s ...", soft_wrap=True)
    watched = watch(url, release.release_id, seconds, before)
    if watched.trouble:
        roll_back(ReleaseFolder(folder.releases), earlier.release_id)
        raise RolledBackError(
            f"{release.release_id} was published and rolled back: {watched.trouble}."
            f" {earlier.release_id} is served again"
        )
    console.print(f"Note: {watched.note}." if watched.note else "The API is healthy.")
