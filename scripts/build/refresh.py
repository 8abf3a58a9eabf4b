"""Take in what is new in the log, and publish: what `make refresh` runs, every day or hour.

It builds with the settings of the current release, so that nothing is to be said again, and
goes on from the last build: of the log it reads the files that are new. A build that has
drifted too far, or that the API cannot answer from, is not published; one with which a
running API does worse is rolled back. The history of builds shows every outcome.
"""

import contextlib
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rich.console import Console

from scripts import resource_limits
from scripts.build.evidence_cadence import is_evidence_behind, plan_evidence
from scripts.build.incremental import log_files
from scripts.build.input_fingerprint import fingerprint_of_inputs
from scripts.build.log_source import matching
from scripts.build.log_state import read_log_state
from scripts.build.notifications import notify, write_metrics
from scripts.build.pipeline import (
    rebuild,
)
from scripts.build.preconditions import check_writable
from scripts.build.summary import print_summary
from scripts.build_folder import BuildFolder, shown
from scripts.releases.publish import drift_check, roll_back
from scripts.releases.release_folder import POINTER, Release, ReleaseError, ReleaseFolder
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
    note,
    noted,
    read_history,
    taken_back,
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
        ReleaseError: there is no release to go on from.
        WatchError: AUDIENCE_API_URL is no address.
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
            current = _current(folder)
            run.inputs = fingerprint_of_inputs(folder, current.manifest["settings"])
            if not options.is_forced:
                if is_unchanged(folder, current, run.inputs) and not _is_behind(
                    folder, current
                ):
                    run.result, run.release_id = "unchanged", current.release_id
                    console.print(
                        f"Nothing is new since {current.release_id}: it is served on."
                    )
                    return current
                check_not_taken_back(folder, current, run.inputs)
            is_watched = options.watch_seconds > 0 and _can_be_watched(
                console, url, current
            )

            def check_candidate(candidate: Path) -> None:
                console.print("Asking the API for answers out of it ...")
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
            note(folder, run)
            if is_watched:
                _watch(
                    folder, console, options.watch_seconds, url, release, before[0], current
                )
    print_summary(console, release, done, timings)
    return release


@contextlib.contextmanager
def reported(folder: BuildFolder, console: Console) -> Iterator[Run]:
    """Note a refresh in the history, and tell Prometheus and AUDIENCE_NOTIFY of it."""
    kept: list[Run] = []
    try:
        with noted(folder, "refresh") as run:
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


def _current(folder: BuildFolder) -> Release:
    releases = ReleaseFolder(folder.releases)
    current = releases.readable()
    if current is None and releases.all():
        raise ReleaseError(
            f"{releases.root / POINTER} leads to no release: serve one again with `make"
            " rollback`, then refresh"
        )
    if current is None:
        raise ReleaseError(
            "There is no release to refresh: build one from your log with"
            " `make build LOG='folder/*.csv'`; `make refresh` goes on with its settings"
        )
    return current


def is_unchanged(folder: BuildFolder, current: Release, inputs: str | None) -> bool:
    """Whether the current release was made of just these inputs."""
    made = [run for run in read_history(folder) if run.release_id == current.release_id]
    return inputs is not None and any(
        run.result == "published" and run.inputs == inputs for run in made
    )


def _is_behind(folder: BuildFolder, current: Release) -> bool:
    """Whether the evidence is older than the setting allows, and than the release."""
    manifest = current.manifest
    as_of_at = manifest["input"]["as_of_at"]
    target = manifest.get("engine", "duckdb")
    return is_evidence_behind(folder, manifest["settings"], target, as_of_at)


def check_not_taken_back(folder: BuildFolder, current: Release, inputs: str | None) -> None:
    """Check that the inputs are not those of a release that was rolled back.

    Raises:
        ReleaseError: it would.
    """
    run = taken_back(folder, current.release_id, inputs)
    if run:
        why = f" ({run.reason})" if run.result == "rolled back" else ""
        raise ReleaseError(
            f"{run.release_id} was made of the same inputs and is not served any more{why}."
            " A refresh waits for other inputs; ALWAYS=1 (--always) builds them again"
        )


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
    console.print(f"Note: {watched.note}." if watched.note else "It is well.")


def plan(folder: BuildFolder, console: Console) -> None:
    """Say what a refresh would do; nothing is written.

    Raises:
        ReleaseError: there is no release to go on from, or a refresh would end with this.
    """
    current = _current(folder)
    settings: dict[str, Any] = current.manifest["settings"]
    log = str(settings["log"])
    files = matching(log)
    inputs = fingerprint_of_inputs(folder, settings)
    console.print(
        f"{current.release_id} is served, made of {settings['log']}.", soft_wrap=True
    )
    if is_unchanged(folder, current, inputs) and not _is_behind(folder, current):
        console.print(
            f"Nothing is new in its {len(files)} files: a refresh would end here."
        )
        return
    check_not_taken_back(folder, current, inputs)
    state = read_log_state(folder)
    new = [file for file in log_files(log) if state is None or file not in state.files]
    console.print(
        f"A refresh would build: {len(new)} of the {len(files)} files of the log are new"
        + (
            f", the last of them {shown(Path(new[-1]))}."
            if new
            else " to the warehouse, but the release was made of others."
        ),
        soft_wrap=True,
    )
    target = current.manifest.get("engine", "duckdb")
    console.print(plan_evidence(folder, settings, target).sentence, soft_wrap=True)
