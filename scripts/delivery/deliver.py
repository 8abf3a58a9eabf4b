"""Deliver a list that was written: batch by batch, each acknowledged and noted.

A killed delivery goes on after the last batch that was noted. A batch that the receiver has
got, but that was not noted, is sent again with the same key.
"""

import contextlib
import math
import os
import time
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from scripts.build_folder import BuildFolder
from scripts.campaigns.current_opt_outs import CurrentOptOuts
from scripts.delivery.batch import Batch, Receiver, content
from scripts.delivery.delivery_error import DeliveryError
from scripts.delivery.destinations import destinations_file, read_destination
from scripts.delivery.progress import Progress, now, only_delivery, progress_file
from scripts.delivery.unnamed_answer import COMMON, NAMED
from scripts.delivery.written_list import WrittenList, export_folder, open_list
from scripts.reported_error import ReportedError
from scripts.settings.destination_settings import Destination


@dataclass(frozen=True)
class Delivery:
    """What a run of a delivery has done, or would do.

    Attributes:
        place: where the contacts went, without secrets.
        contacts: how many were sent, by all runs.
        batches: how many batches the delivery has.
        sent_before: how many batches earlier runs had sent.
        left_out: how many contacts were left out by all runs, by reason.
        file: the progress.
        example: of a dry run, the first batch; no customer is named in it.
    """

    export_id: str
    destination: str
    place: str
    contacts: int
    batches: int
    sent_before: int
    left_out: Counter[str]
    seconds: float
    file: Path
    is_dry_run: bool = False
    example: dict[str, Any] = field(default_factory=dict)


def deliver(
    folder: BuildFolder,
    export_id: str,
    name: str,
    file: Path | None = None,
    *,
    dry_run: bool = False,
    environment: Mapping[str, str] = os.environ,
) -> Delivery:
    """Send what a destination does not have yet of a list.

    Args:
        name: the destination.
        file: describes destinations; that of the workspace if None.

    Raises:
        DeliveryError: the list cannot be delivered, or its receiver does not take it.
        DestinationError: there is no such destination, or a setting is not valid.
        ContactColumnsError: the table of contact columns cannot be used.
        OSError, duckdb.Error: the files of the list cannot be read or written.
    """
    began = time.monotonic()
    file = file or destinations_file()
    destination = read_destination(file, name)
    export = export_folder(folder, export_id)
    base = file.resolve().parent
    receiver = _receiver(destination, environment, base)
    noted = progress_file(export, name)
    with contextlib.nullcontext() if dry_run else only_delivery(export):
        progress = Progress(noted)
        progress.check(receiver.target)
        sent_before, batches = len(progress.batches), progress.plan.get("batches", 0)
        sent, left_out = progress.sent, progress.left_out
        example: dict[str, Any] = {}
        if not progress.is_complete:
            with open_list(export, destination.contact_columns, base) as (written, numbers):
                opt_outs = CurrentOptOuts(folder, numbers)
                todo = _batches(written, opt_outs, receiver, progress)
                batches = todo[0].batches
                if dry_run:
                    example = _example(todo[0])
                    for batch in todo:
                        for _ in batch.chunks():
                            pass  # Only counted.
                else:
                    progress.begin(_plan(written, name, receiver, todo[0]))
                    for batch in todo:
                        receiver.send(batch)
                        progress.note(batch.number, batch.sent, batch.left_out)
                sent += sum(batch.sent for batch in todo)
                for batch in todo:
                    left_out.update(batch.left_out)
        return Delivery(
            export_id,
            name,
            receiver.place,
            sent,
            batches,
            sent_before,
            left_out,
            time.monotonic() - began,
            noted,
            dry_run,
            example,
        )


def so_far(folder: BuildFolder, export_id: str, name: str) -> str:
    """How far a delivery is that has ended with an error, as a sentence."""
    with contextlib.suppress(ReportedError, OSError):
        progress = Progress(progress_file(export_folder(folder, export_id), name))
        if progress.batches:
            return (
                f"{len(progress.batches):,} of {progress.plan['batches']:,} batches are"
                " delivered; the next run continues after them."
            )
        if progress.plan:
            return "No batch was acknowledged; the next run begins with the first one."
    return "Nothing was sent."


def _batches(
    written: WrittenList,
    opt_outs: CurrentOptOuts,
    receiver: Receiver,
    progress: Progress,
) -> list[Batch]:
    """The batches that the receiver has not acknowledged.

    They keep the size with which the delivery began.

    Raises:
        DeliveryError: the list has no contact.
    """
    if not written.size:
        raise DeliveryError(
            f"{written.export_id} has no contact: all of its places are held out"
        )
    size = progress.plan.get("batch_size") or receiver.batch_size or written.size
    count = math.ceil(written.size / size)
    return [
        Batch(written, opt_outs, number, count, size)
        for number in range(1, count + 1)
        if number not in progress.batches
    ]


def _plan(
    written: WrittenList, name: str, receiver: Receiver, batch: Batch
) -> dict[str, Any]:
    """What the progress says of a delivery that begins."""
    return {
        "export_id": written.export_id,
        "destination": name,
        "target": receiver.target,
        "batch_size": batch.size,
        "batches": batch.batches,
        "contacts": written.size,
        "began_at": now(),
    }


def _example(batch: Batch) -> dict[str, Any]:
    """A batch as a receiver gets it, with its first contact, in which no one is named."""
    contacts = next(batch.chunks(), [])[:1]
    masked = [
        {
            name: value if name in COMMON or value is None else NAMED
            for name, value in contact.items()
        }
        for contact in contacts
    ]
    return content(batch, masked)


def _receiver(
    destination: Destination, environment: Mapping[str, str], base: Path
) -> Receiver:
    """The receiver that a destination describes."""
    if destination.http:
        from scripts.delivery.http_receiver import HttpReceiver

        return HttpReceiver(destination.http, environment)
    if destination.postgresql:
        from scripts.delivery.postgresql_receiver import PostgresqlReceiver

        return PostgresqlReceiver(destination.postgresql, environment)
    assert destination.folder
    from scripts.delivery.folder_receiver import FolderReceiver

    return FolderReceiver(destination.folder, base)
