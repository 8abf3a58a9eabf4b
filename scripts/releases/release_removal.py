"""Remove releases that are no longer kept, and what interrupted runs left behind.

Hold the lock of the folder while you call these functions.
"""

import shutil
from collections.abc import Collection

from scripts.releases.release_folder import UNFINISHED, ReleaseFolder


def hide_old_releases(
    releases: ReleaseFolder, keep: int, also_keep: Collection[str] = ()
) -> list[str]:
    """Hide all but the last `keep` releases and the served one; returns their ids.

    `remove_unfinished` then removes them. They are hidden first, so an interrupted removal
    leaves no partial release.

    Args:
        also_keep: ids of other releases to keep.
    """
    served = releases.current()
    old = [
        release
        for release in releases.all()[:-keep]
        if release != served and release.release_id not in also_keep
    ]
    for release in old:
        release.folder.rename(releases.root / f"{UNFINISHED}{release.release_id}")
    return [release.release_id for release in old]


def remove_unfinished(releases: ReleaseFolder) -> list[str]:
    """Remove unfinished and hidden releases; returns names that could not be removed."""
    stuck = []
    for left in sorted(releases.root.glob(f"{UNFINISHED}*")):
        try:
            if left.is_symlink() or left.is_file():
                left.unlink()
            else:
                shutil.rmtree(left)
        except OSError:
            stuck.append(left.name)
    return stuck
