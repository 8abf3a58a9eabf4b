"""Who may read the generated files: their owner alone, and releases also a named group.

Every program begins with `os.umask(PRIVATE)`. This module does what an umask cannot: it
opens releases to the group, and closes what earlier versions left open.
"""

import contextlib
import grp
import os
import stat
from pathlib import Path

from scripts.settings.environment import BuildEnvironment
from scripts.settings.setting_error import SettingError

PRIVATE = 0o077


def readers_group() -> int | None:
    """The number of the group that may read releases; None if there is none.

    Raises:
        SettingError: AUDIENCE_READERS_GROUP names no group of this machine.
    """
    named = BuildEnvironment.read().readers_group
    if not named:
        return None
    if named.isascii() and named.isdecimal() and int(named) < 2**32 - 1:
        return int(named)
    try:
        return grp.getgrnam(named).gr_gid
    except KeyError as error:
        raise SettingError(
            f"AUDIENCE_READERS_GROUP = {named}: expected the name or the number of a group"
            " of this machine"
        ) from error


def check_readers() -> None:
    """See that releases can be given to the readers.

    Raises:
        SettingError: their group is unknown, or the user of this program is not in it.
    """
    group = readers_group()
    if group is not None and os.geteuid() and group not in {os.getegid(), *os.getgroups()}:
        raise _not_a_member("releases")


def share_release(folder: Path) -> None:
    """Give the files of a release to the readers; without a group, to the owner alone.

    Raises:
        SettingError: the group is unknown, or the owner of the files is not in it.
    """
    group = readers_group()
    for path in (folder, *folder.rglob("*")):
        _share(path, group, 0o750 if path.is_dir() else 0o640)


def share_file(file: Path) -> None:
    """Give a file next to the releases to the readers; raises as `share_release` does."""
    _share(file, readers_group(), 0o640)


def share_releases(releases: Path) -> None:
    """Do the same for a folder of releases, and for releases that were shared otherwise.

    The readers may pass through the folder that holds it, but not list it. A volume that
    belongs to another user stays as it is.

    Raises:
        SettingError: see `share_release`.
    """
    group = readers_group()
    if group is not None and _is_own(releases.parent):
        mode = stat.S_IMODE(releases.parent.stat().st_mode)
        if not mode & 0o001:
            _share(releases.parent, group, mode & ~0o060 | 0o010)
    if not _is_own(releases):
        return
    _share(releases, group, 0o750)
    for folder in releases.iterdir():
        if folder.is_symlink() or not _is_own(folder):
            continue
        if not folder.is_dir():
            if not folder.name.startswith("."):  # The opt-outs, which the API reads.
                _share(folder, group, 0o640)
            continue
        found = folder.stat()
        if group is None:
            is_shared = not found.st_mode & PRIVATE
        else:
            is_shared = found.st_gid == group and found.st_mode & PRIVATE == 0o050
        if not is_shared:
            share_release(folder)


def close_to_others(path: Path) -> None:
    """Take from others what an earlier version let them read; what is missing stays so."""
    with contextlib.suppress(FileNotFoundError):
        if _is_own(path) and not path.is_symlink():
            path.chmod(stat.S_IMODE(path.stat().st_mode) & ~PRIVATE)


def _share(path: Path, group: int | None, mode: int) -> None:
    if path.is_symlink():
        return
    if group is None:
        path.chmod(mode & ~PRIVATE)
        return
    try:
        os.chown(path, -1, group)
    except PermissionError as error:
        raise _not_a_member(str(path)) from error
    path.chmod(mode)


def _not_a_member(what: str) -> SettingError:
    named = BuildEnvironment.read().readers_group
    return SettingError(
        f"AUDIENCE_READERS_GROUP = {named}: {what} cannot be given to this group: the user"
        " of this program must be in it"
    )


def _is_own(path: Path) -> bool:
    return path.lstat().st_uid == os.geteuid()
