"""The contacts that a destination gets at once."""

import hashlib
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from scripts.campaigns.contact_columns import NO_ROW
from scripts.campaigns.current_opt_outs import OPTED_OUT, CurrentOptOuts
from scripts.delivery.delivery_error import DeliveryError
from scripts.delivery.written_list import Contact, WrittenList

CHUNK = 5_000


@dataclass
class Batch:
    """Consecutive contacts of a list, without those who must be left out.

    Which places of the list it has never changes, so that a receiver may know it by its
    number.

    Attributes:
        number: from 1.
        batches: how many the delivery has.
        size: how many places of the list each has.
        sent: how many contacts were read.
        left_out: how many were left out, by reason.
    """

    written: WrittenList
    opt_outs: CurrentOptOuts
    number: int
    batches: int
    size: int
    sent: int = 0
    left_out: Counter[str] = field(default_factory=Counter)

    def chunks(self) -> Iterator[list[Contact]]:
        """The contacts, some thousands at a time; customers may opt out in between."""
        self.sent, self.left_out = 0, Counter()
        begin = (self.number - 1) * self.size
        end = min(begin + self.size, self.written.size)
        for first in range(begin, end, CHUNK):
            opted_out = self.opt_outs.ids()
            chunk = []
            for has_row, contact in self.written.contacts(first, min(first + CHUNK, end)):
                if contact["customer_id"] in opted_out:
                    self.left_out[OPTED_OUT] += 1
                elif not has_row:
                    self.left_out[NO_ROW] += 1
                else:
                    chunk.append(contact)
            self.sent += len(chunk)
            if chunk:
                yield chunk

    def contacts(self) -> list[Contact]:
        """All of its contacts."""
        return [contact for chunk in self.chunks() for contact in chunk]


class Receiver(Protocol):
    """Where batches go.

    Attributes:
        place: the place for messages, without secrets.
        target: tells the place from others.
        batch_size: contacts in a batch; None for all in one.
    """

    place: str
    target: str
    batch_size: int | None

    def send(self, batch: Batch) -> None:
        """Hand a batch over; it is acknowledged if this returns.

        Raises:
            DeliveryError: it is not; the message says why, and names no customer.
        """


def content(batch: Batch, contacts: list[Contact]) -> dict[str, Any]:
    """What an endpoint gets of a batch."""
    return {
        "export_id": batch.written.export_id,
        "campaign_id": batch.written.campaign_id,
        "batch": batch.number,
        "batches": batch.batches,
        "contacts": contacts,
    }


def from_environment(environment: Mapping[str, str], name: str, use: str) -> str:
    """The value of an environment variable.

    Args:
        use: what it is for.

    Raises:
        DeliveryError: it is not set.
    """
    if not environment.get(name):
        raise DeliveryError(f"{name} is not set: expected {use} in this variable")
    return environment[name]


def fingerprint(*parts: object) -> str:
    """What tells one place from another, and shows neither."""
    return hashlib.sha256("\n".join(map(str, parts)).encode()).hexdigest()
