"""The lock of a folder: one build at a time, and none while its inputs change."""

import fcntl
import os
import time
from typing import TextIO

from scripts.reported_error import ReportedError

# For what a killed program has started to end by itself.
PATIENCE_SECONDS = 30


class FolderInUseError(ReportedError):
    """Another program writes to the folder; the message names it."""


def share_lock(file: TextIO, folder: str) -> None:
    """Keep builds out as long as the file is open, but no other program.

    Args:
        file: the lock.
        folder: its folder, for the message.

    Raises:
        FolderInUseError: a build is running.
    """
    try:
        fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError as error:
        raise FolderInUseError(
            f"A build is writing to {folder} and would miss this change: wait until it has"
            " ended"
        ) from error


def take_lock(file: TextIO, folder: str) -> None:
    """Keep all others out as long as the file is open.

    It may stay open in programs that this process starts. Waits only for those of a dead
    holder. The file then names this process.

    Raises:
        FolderInUseError: another build holds it.
    """
    patient_until = time.monotonic() + PATIENCE_SECONDS
    while not _is_taken(file):
        file.seek(0)
        holder = file.read().strip()
        if not _is_dead(holder) or time.monotonic() >= patient_until:
            raise FolderInUseError(
                f"Another build is writing to {folder} (process {holder or 'unknown'}):"
                " wait until it has ended"
            )
        time.sleep(0.05)
    file.truncate(0)
    file.write(str(os.getpid()))
    file.flush()


def _is_taken(file: TextIO) -> bool:
    """Whether this process has the lock now."""
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _is_dead(process: str) -> bool:
    try:
        os.kill(int(process), 0)
    except ProcessLookupError:
        return True
    except (ValueError, OSError):
        pass  # Not known, or another user's process.
    return False
