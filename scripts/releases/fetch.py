"""Fetch the current release from a shared folder of releases: what `audience fetch` runs.

To scale out, each instance of the API serves a copy of its own, so no instance waits for
a shared disk, and the shared folder may be unavailable. The folder is a mount, or a copy
of an object store made by a program such as rclone.
"""

import hashlib
import shutil

from scripts.releases.opted_out_file import OptedOutFile
from scripts.releases.release_folder import Release, ReleaseError, ReleaseFolder
from scripts.releases.release_removal import hide_old_releases, remove_unfinished

# Copies are kept for requests that still read them; history stays in the shared folder.
KEPT_COPIES = 2


def fetch_opt_outs(source: ReleaseFolder, releases: ReleaseFolder) -> bool:
    """Copy the opt-outs that are noted next to the releases of another folder.

    Returns:
        Whether they have changed.

    Raises:
        OptedOutFileError: they are damaged; the own ones stay.
        OSError: they could not be read or written.
    """
    return OptedOutFile(releases.root).copy_from(OptedOutFile(source.root))


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
            " `current`, as `audience build` leaves it"
        )
    if found.release_id == _id_of(releases.current()):
        return None
    with releases.lock():
        remove_unfinished(releases)
        try:
            known = {release.release_id: release for release in releases.all()}
            here = known.get(found.release_id)
            if here is None:
                here = _copy(found, releases)
            else:
                here.check()
                releases.serve(here)
            hide_old_releases(releases, KEPT_COPIES)
        finally:
            remove_unfinished(releases)
    return here


def _copy(found: Release, releases: ReleaseFolder) -> Release:
    """Copy a release into an unfinished folder, check it, and make it visible."""
    unfinished = releases.unfinished(found.release_id)
    # The content alone: who may read the copy is decided here.
    shutil.copytree(
        found.folder, unfinished, copy_function=shutil.copyfile, dirs_exist_ok=True
    )
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
