"""Fetch the current release from a folder that others publish to: what `make fetch` runs.

Scaling out is instances of the API that each serve a copy of their own: no instance waits
for another's disk, and the folder may go away. The folder is a mount, or what a program
such as rclone has brought from an object store.
"""

import hashlib
import shutil

from scripts.releases.release_folder import Release, ReleaseError, ReleaseFolder

KEPT_RELEASES = 2


def fetch_release(source: ReleaseFolder, releases: ReleaseFolder) -> Release | None:
    """Copy the release that a folder serves, check it, and serve it here too.

    Returns:
        The release; None where it is served here already.

    Raises:
        ReleaseError: there is none, or the copy is not what its manifest says.
        OSError: it could not be read or written; what was served is served still.
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
    """Copy a release where nobody looks, and show it whole."""
    unfinished = releases.unfinished(found.release_id)
    shutil.copytree(found.folder, unfinished, dirs_exist_ok=True)
    for name, facts in found.manifest["files"].items():
        with (unfinished / name).open("rb") as stream:
            if hashlib.file_digest(stream, "sha256").hexdigest() != facts["sha256"]:
                raise ReleaseError(
                    f"{name} of {found.release_id} is not what its manifest says: it was"
                    f" copied half to {found.folder.parent}, or is damaged there"
                )
    return releases.finish(unfinished)


def _id_of(release: Release | None) -> str | None:
    return release.release_id if release else None
