"""Fetch the current release from a shared folder of releases: what `make fetch` runs.

To scale out, each instance of the API serves a copy of its own, so no instance waits for
a shared disk, and the shared folder may be unavailable. The folder is a mount, or a copy
of an object store made by a program such as rclone.
"""

import argparse
import hashlib
import shutil
import sys
import time
from pathlib import Path

from scripts.build_folder import BuildFolder
from scripts.releases.release_folder import Release, ReleaseError, ReleaseFolder

KEPT_RELEASES = 2


def fetch_release(source: ReleaseFolder, releases: ReleaseFolder) -> Release | None:
    """Copy the current release of another folder, check the copy, and serve it.

    Returns:
        The release; None if it is already served here.

    Raises:
        ReleaseError: there is none, or the copy differs from its manifest.
        OSError: it could not be read or written; the served release stays.
    """
    found = source.readable()
    if found is None:
        raise ReleaseError(
            f"No release in {source.root}: expected a folder of releases with the link"
            " `current`, as `make build` leaves it"
        )
    if found.release_id == _id_of(releases.current()):
        return None
    with releases.lock():
        releases.sweep()
        try:
            known = {release.release_id: release for release in releases.all()}
            here = known.get(found.release_id)
            if here is None:
                here = _copy(found, releases)
            else:
                here.check()
                releases.serve(here)
            releases.prune(KEPT_RELEASES)
        finally:
            releases.sweep()
    return here


def _copy(found: Release, releases: ReleaseFolder) -> Release:
    """Copy a release into an unfinished folder, check it, and make it visible."""
    unfinished = releases.unfinished(found.release_id)
    shutil.copytree(found.folder, unfinished, dirs_exist_ok=True)
    for name, facts in found.manifest["files"].items():
        with (unfinished / name).open("rb") as stream:
            if hashlib.file_digest(stream, "sha256").hexdigest() != facts["sha256"]:
                raise ReleaseError(
                    f"{name} of {found.release_id} differs from its manifest: the copy in"
                    f" {found.folder.parent} is partial or damaged"
                )
    return releases.finish(unfinished)


def _id_of(release: Release | None) -> str | None:
    return release.release_id if release else None


def main(arguments: list[str] | None = None) -> int:
    """Run the program; returns the exit code."""
    parser = argparse.ArgumentParser(
        prog="python -m scripts.releases.fetch", description=__doc__
    )
    parser.add_argument("source", type=Path, help="the shared folder of releases")
    parser.add_argument(
        "--every",
        type=float,
        metavar="SECONDS",
        help="repeat at this interval; without it, fetch once",
    )
    options = parser.parse_args(arguments)
    if options.every is not None and options.every <= 0:
        parser.error(f"--every {options.every:g}, must be more than 0")
    releases = ReleaseFolder(BuildFolder.from_environment().releases)
    while True:
        code = _once(ReleaseFolder(options.source), releases)
        if options.every is None:
            return code
        time.sleep(options.every)


def _once(source: ReleaseFolder, releases: ReleaseFolder) -> int:
    try:
        fetched = fetch_release(source, releases)
    except (ReleaseError, OSError) as error:
        print(f"error: {error}", file=sys.stderr, flush=True)
        return 1
    if fetched is not None:
        print(f"Fetched {fetched.release_id} from {source.root}.", flush=True)
    return 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit(130)
