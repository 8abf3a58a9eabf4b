"""How far a delivery is, on the disk: a file of lines next to the list.

    exports/<export_id>/deliveries/crm.jsonl

Its first line says what is delivered where. Each line after it is a batch that the receiver
has acknowledged. It holds counts, and no contact.
"""

import contextlib
import fcntl
import json
import os
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from scripts.build_folder import shown
from scripts.delivery.delivery_error import DeliveryError

FOLDER = "deliveries"


def progress_file(export: Path, destination: str) -> Path:
    """Where the progress of a delivery lies."""
    return export / FOLDER / f"{destination}.jsonl"


@contextlib.contextmanager
def only_delivery(export: Path) -> Iterator[None]:
    """Let no other process deliver the list.

    Raises:
        DeliveryError: another one does.
    """
    folder = export / FOLDER
    folder.mkdir(mode=0o700, exist_ok=True)
    descriptor = os.open(folder / ".lock", os.O_RDWR | os.O_CREAT, 0o600)
    with os.fdopen(descriptor, "r+") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            holder = lock.read(20).strip() or "unknown"
            raise DeliveryError(
                f"Another process delivers {export.name} (process {holder}): wait until it"
                " has ended"
            ) from error
        lock.truncate(0)
        lock.write(str(os.getpid()))
        lock.flush()
        yield


class Progress:
    """The batches of a delivery that were acknowledged.

    Attributes:
        plan: what is delivered where; empty before the first delivery.
        batches: what was noted of each batch, by its number.
    """

    def __init__(self, file: Path) -> None:
        """Read what was noted before; nothing is written.

        Raises:
            DeliveryError: the file is damaged.
        """
        self._file = file
        content = file.read_bytes() if file.exists() else b""
        # A program that was killed may leave the beginning of a line.
        self._whole = content.rfind(b"\n") + 1
        self.plan: dict[str, Any] = {}
        self.batches: dict[int, dict[str, Any]] = {}
        try:
            lines = [json.loads(line) for line in content[: self._whole].splitlines()]
            for line in lines[1:]:
                self.batches[int(line["batch"])] = line
            self.plan = lines[0] if lines else {}
            if not isinstance(self.plan, dict) or (lines and "batches" not in self.plan):
                raise TypeError
        except (ValueError, KeyError, TypeError) as error:
            raise DeliveryError(
                f"{shown(file)} is damaged: without it there is no telling who was"
                " contacted. Ask the receiver, then remove the file or the list"
            ) from error

    @property
    def is_complete(self) -> bool:
        """Whether all batches were acknowledged."""
        return bool(self.plan) and len(self.batches) == self.plan["batches"]

    @property
    def sent(self) -> int:
        """How many contacts were in the acknowledged batches."""
        return sum(int(batch["sent"]) for batch in self.batches.values())

    @property
    def left_out(self) -> Counter[str]:
        """How many were left out of these batches, by reason."""
        found: Counter[str] = Counter()
        for batch in self.batches.values():
            found.update(batch["left_out"])
        return found

    def check(self, target: str) -> None:
        """See that a delivery goes on where it began.

        Raises:
            DeliveryError: the destination was another place.
        """
        if not self.plan or self.plan["target"] == target:
            return
        if self.batches:
            raise DeliveryError(
                f"{self.plan['destination']} was another place when the delivery of"
                f" {self.plan['export_id']} began, and {len(self.batches)} batches are"
                " delivered there: name that place again to continue. Under another name"
                " the whole list is sent to the new place"
            )
        # That place has acknowledged nothing, as after a wrong URL.
        self.plan, self._whole = {}, 0

    def begin(self, plan: dict[str, Any]) -> None:
        """Note what is delivered where, unless it is noted; goes on where it was.

        Raises:
            OSError: it could not be noted.
        """
        if self._file.exists():
            os.truncate(self._file, self._whole)
        if not self.plan:
            self._append(plan)
            self.plan = plan
            _sync_folder(self._file.parent)
            _sync_folder(self._file.parent.parent)

    def note(self, batch: int, sent: int, left_out: Counter[str]) -> None:
        """Note that the receiver has a batch.

        Raises:
            OSError: it could not be noted.
        """
        line = {"batch": batch, "sent": sent, "left_out": dict(left_out), "at": now()}
        self._append(line)
        self.batches[batch] = line

    def _append(self, line: dict[str, Any]) -> None:
        flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND
        with os.fdopen(os.open(self._file, flags, 0o600), "wb") as stream:
            stream.write(json.dumps(line).encode() + b"\n")
            stream.flush()
            os.fsync(stream.fileno())


def now() -> str:
    """The time in UTC, to the second."""
    return datetime.now(UTC).isoformat(timespec="seconds")


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
