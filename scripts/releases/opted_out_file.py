"""The opt-outs that a running API reads: a small file next to the releases.

    releases/opted_out.json   {"written_at": ..., "noted": [ids], "listed": [ids]}

`noted` has all customers of `audience suppress`, so that going back to an older release
names none of them. `listed` has those of the table `suppressions` whom a kept release still
contains. The API watches the file (api/opt_outs.py), and `audience fetch` copies it.
Its owner can read it, and the group of readers (private_files.py).
"""

import contextlib
import fcntl
import json
import os
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from scripts.private_files import share_file
from scripts.reported_error import ReportedError
from scripts.settings.setting_error import SettingError

FILE = "opted_out.json"
# It stays, so that the API notices if the file is removed.
LOCK = f".{FILE}.lock"


class OptedOutFileError(ReportedError):
    """The file is damaged; the message says what to do."""


@dataclass(frozen=True)
class OptedOutFile:
    """The file of a folder of releases.

    Attributes:
        folder: of the releases.
    """

    folder: Path

    @property
    def path(self) -> Path:
        """The file."""
        return self.folder / FILE

    def add(self, noted: Iterable[str]) -> None:
        """Add customers; those of before stay.

        Raises:
            OptedOutFileError: the file is damaged.
            OSError: it could not be written.
        """
        with self._lock():
            found = self._read()
            self._write(found | {"noted": {*found["noted"], *noted}})

    def replace(self, **customers: Iterable[str]) -> None:
        """Replace the customers of `noted`, `listed` or both.

        Raises:
            OSError: it could not be written.
        """
        self._change(lambda: customers)

    def renew(self, read_noted: Callable[[], Iterable[str]]) -> None:
        """Replace the customers of `noted`.

        Args:
            read_noted: reads them. It is called while no other program writes the file, so
                that none is lost who opts out in the meantime.

        Raises:
            OSError: it could not be written; and what `read_noted` raises.
        """
        self._change(lambda: {"noted": read_noted()})

    def _change(self, read: Callable[[], dict[str, Iterable[str]]]) -> None:
        with self._lock():
            try:
                found = self._read()
            except OptedOutFileError:
                found = {"noted": set(), "listed": set()}
            wanted = found | {name: set(ids) for name, ids in read().items()}
            if wanted != found or not self.path.exists():
                self._write(wanted)

    def copy_from(self, other: "OptedOutFile") -> bool:
        """Copy the file of another folder, unless that one has none.

        Byte for byte: the entity tags of all servers stay the same.

        Returns:
            Whether it was copied.

        Raises:
            OptedOutFileError: it is damaged; the own file stays.
            OSError: it could not be read or written.
        """
        if not other.path.exists():
            return False
        with self._lock():
            # Read here, so that a slower copy does not replace a newer one.
            content = other.path.read_bytes()
            if self.path.exists() and self.path.read_bytes() == content:
                return False
            _parsed(other.path, content)
            self._put(content)
        return True

    def listed(self) -> set[str]:
        """The customers of the table `suppressions`.

        Raises:
            OptedOutFileError: the file is damaged.
            OSError: it could not be read.
        """
        return self._read()["listed"]

    def _read(self) -> dict[str, set[str]]:
        if not self.path.exists():
            return {"noted": set(), "listed": set()}
        return _parsed(self.path, self.path.read_bytes())

    def _write(self, customers: dict[str, set[str]]) -> None:
        content: dict[str, Any] = {
            # Distinguishes the entity tags of all versions.
            "written_at": datetime.now(UTC).isoformat(),
            **{name: sorted(ids) for name, ids in customers.items()},
        }
        self._put(json.dumps(content).encode())

    def _put(self, content: bytes) -> None:
        """Write the file in one step, and see it onto the disk."""
        unfinished = self.path.with_name(f".{FILE}.unfinished")
        unfinished.unlink(missing_ok=True)
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL
        with os.fdopen(os.open(unfinished, flags, 0o600), "wb") as stream:
            stream.write(content)
            stream.flush()
            os.fsync(stream.fileno())
        # An opt-out does not wait for a group that is set wrongly: publishing says so.
        with contextlib.suppress(SettingError):
            share_file(unfinished)
        unfinished.replace(self.path)
        folder = os.open(self.folder, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)

    @contextlib.contextmanager
    def _lock(self) -> Iterator[None]:
        """Wait for other programs that write it; each takes milliseconds."""
        self.folder.mkdir(parents=True, exist_ok=True)
        with self.path.with_name(LOCK).open("a") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield


def _parsed(path: Path, content: bytes) -> dict[str, set[str]]:
    try:
        found = json.loads(content)
        customers = {name: set(found[name]) for name in ("noted", "listed")}
        if not all(isinstance(one, str) for ids in customers.values() for one in ids):
            raise TypeError
    except (ValueError, KeyError, TypeError) as error:
        raise OptedOutFileError(
            f"{path} is damaged: `audience build`, where releases are built, writes it"
            " again"
        ) from error
    return customers
