"""Make a release from the warehouse, list releases, or roll back to an earlier one.

Only a complete build without a failed test is published. Readers of earlier releases are
not affected: every release is a new file under a new name.
"""

import logging
import os
from collections.abc import Callable, Collection
from pathlib import Path

import duckdb

from scripts import resource_limits
from scripts.build_folder import BuildFolder
from scripts.campaigns.opt_outs import tell_api
from scripts.experiments.started_designs import keep_designs
from scripts.releases.drift import REFERENCE, check_drift, notes_on, read_drift
from scripts.releases.release_checks import check_build
from scripts.releases.release_folder import (
    KEPT_RELEASES,
    Release,
    ReleaseError,
    ReleaseFolder,
)
from scripts.releases.release_removal import hide_old_releases, remove_unfinished
from scripts.releases.release_writer import Progress, write_release
from scripts.releases.run_history import Run, recorded_run

log = logging.getLogger(__name__)


def publish(
    folder: BuildFolder,
    keep: int = KEPT_RELEASES,
    show: Progress | None = None,
    check: Callable[[Path], None] = lambda _: None,
    also_keep: str = "",
) -> Release:
    """Publish the last build of a folder and remove releases beyond the last `keep`.

    Args:
        check: examines the folder of the written release before it is served.
        also_keep: the id of another release to keep, for a rollback.

    Raises:
        ReleaseError: the build is not fit, or the release could not be written; the served
            release stays.
    """
    releases = ReleaseFolder(folder.releases)
    try:
        with releases.lock():
            remove_unfinished(releases)
            try:
                release = write_release(folder, releases, keep, show, check)
            finally:
                remove_unfinished(releases)
            # The release is published: later problems are only warnings.
            try:
                keep_designs(folder, release)
            except (OSError, duckdb.Error) as error:
                log.warning("Designs of started experiments were not kept: %s", error)
            try:
                hide_old_releases(
                    releases, keep, {also_keep, os.environ.get(REFERENCE, "")}
                )
            except OSError as error:
                log.warning("Old releases could not be removed: %s", error)
            for stuck in remove_unfinished(releases):
                log.warning("%s could not be removed", releases.root / stuck)
            return release
    except (OSError, duckdb.Error) as error:
        shortage = resource_limits.explain(str(error), folder)
        if shortage:
            raise ReleaseError(
                f"Not published. {shortage}. Then run `audience publish`"
            ) from error
        raise ReleaseError(
            f"Not published, the release could not be written to {folder.releases}: {error}"
        ) from error


def publish_last_build(
    folder: BuildFolder, keep: int | None = None, accepted_drift: str | None = None
) -> Release:
    """Publish the last build of a folder again, with its progress on standard output.

    Args:
        keep: how many releases to keep; None for as many as the current one says.
        accepted_drift: the reason to publish a build that has drifted.

    Raises:
        SettingError, DriftError, ReleaseError, FolderInUseError: nothing was published.
    """
    resource_limits.check_environment()
    tell_api(folder)
    with recorded_run(folder, "publish") as run, folder.lock():
        engine = check_build(folder)[0]["metadata"]["adapter_type"]
        for note in drift_check(folder, engine, run, accepted_drift)():
            print(note)
        current = ReleaseFolder(folder.releases).readable()
        release = publish(folder, keep or kept_releases(current), print_mart)
        run.publish(release)
    return release


def drift_check(
    folder: BuildFolder, target: str, run: Run, accepted: str | None
) -> Callable[[], list[str]]:
    """A check that notes the drift of a build in its run, and stops it if it is too far."""

    def check() -> list[str]:
        run.drift = read_drift(folder, target)
        check_drift(run.drift, accepted)
        if any(drift.level == "block" for drift in run.drift):
            run.accepted_drift = accepted
        return notes_on(run.drift)

    return check


def roll_back(
    releases: ReleaseFolder,
    release_id: str | None = None,
    skipped: Collection[str] = (),
) -> Release:
    """Serve an earlier release: the one with that id, or the one before the current.

    Args:
        skipped: ids of releases that are served only if they are named.

    Raises:
        ReleaseError: there is no such release.
    """
    with releases.lock():
        if release_id is not None:
            release = releases.find(release_id)
            release.check()
        else:
            current = releases.current()
            earlier = [
                release
                for release in releases.all()
                # If no release is served, the last one is the earlier one.
                if (current is None or release.release_id < current.release_id)
                and release.release_id not in skipped
            ]
            usable = next(filter(_has_database, reversed(earlier)), None)
            if usable is None:
                raise ReleaseError(
                    "There is no earlier release to go back to that is undamaged and was"
                    " not rolled back itself: name one (`audience releases` lists them)"
                )
            release = usable
        releases.serve(release)
        return release


def kept_releases(current: Release | None) -> int:
    """How many releases to keep, according to the current one."""
    said: int | None = current.manifest.get("kept_releases") if current else None
    return said or KEPT_RELEASES


def _has_database(release: Release) -> bool:
    """Whether the database of a release is complete."""
    try:
        release.check()
    except ReleaseError as error:
        log.warning("%s; trying the release before it", error)
        return False
    return True


def print_mart(done: int, total: int, mart: str, rows: int) -> None:
    """Print one line for a copied mart."""
    print(f"  {done:>3}/{total}  {mart}  {rows:,} rows", flush=True)


def print_releases(releases: ReleaseFolder) -> None:
    """Print a line per release; * marks the served one."""
    current = releases.current()
    if not releases.all():
        print("No release yet: run `audience build`.")
    for release in releases.all():
        mark = "*" if release == current else " "
        try:
            manifest = release.manifest
        except ReleaseError as error:
            print(f"{mark} {release.release_id}  {error}")
            continue
        rows = manifest["row_counts"]
        print(
            f"{mark} {release.release_id}"
            f"  {rows['customers']:>12,} customers  {rows['products']:>12,} products"
            f"  as of {manifest['input']['as_of_at'] or 'unknown'}"
        )
