"""A folder, here or in object storage: the file of contacts first, its receipt last.

    <path>/<export_id>/contacts.csv
    <path>/<export_id>/receipt.json    a file of contacts without it is not complete

The library fsspec writes them, as scripts/build/remote_files.py reads logs.
"""

import contextlib
import hashlib
import io
import json
import os
import posixpath
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import fsspec
import pyarrow as pa
import pyarrow.parquet as pq
from fsspec.spec import AbstractBufferedFile

from scripts.campaigns.formulas import FORMULA, TEXTS
from scripts.delivery.batch import Batch, fingerprint
from scripts.delivery.delivery_error import DeliveryError
from scripts.delivery.progress import now
from scripts.settings.destination_settings import FolderDestination

# Stores in which a file appears whole when it is closed, and that have no renames.
OBJECT_STORES = {"s3", "s3a", "gs", "gcs", "abfs", "abfss", "az", "adl", "oss"}
RECEIPT = "receipt.json"
QUOTE = '"'
SPECIAL = re.compile(r'[",\r\n]')


class FolderReceiver:
    """Writes contacts into a folder.

    Attributes:
        target: tells this folder from others.
    """

    def __init__(self, settings: FolderDestination, base: Path) -> None:
        """Find the folder.

        Args:
            base: the folder that a relative path begins at.

        Raises:
            DeliveryError: the URL has a password in it.
        """
        self._settings = settings
        self._path = settings.path
        if "://" not in settings.path:
            self._path = str(base / Path(settings.path).expanduser())
        elif "@" in urlsplit(settings.path).netloc:
            raise DeliveryError(
                f"A URL of {urlsplit(settings.path).hostname} has a user or a password in"
                " it: set them up where its own tools read them"
            )
        self.place = settings.path.partition("?")[0]
        self.target = fingerprint(self._path)
        self.batch_size: int | None = None

    def send(self, batch: Batch) -> None:
        """Write the contacts, then the receipt; files of before are replaced.

        Raises:
            DeliveryError: there is no receipt, so that the files do not count.
        """
        try:
            self._send(batch)
        except DeliveryError:
            raise
        except Exception as error:  # Each service has errors of its own.
            reason = str(error).split("\n")[0].rstrip(".") or type(error).__name__
            refused = isinstance(error, PermissionError) or "credentials" in reason
            is_remote = "://" in self.place
            advice = ". Check the credentials, and what they may write"
            raise DeliveryError(
                f"{self.place} cannot be written: {reason}"
                f"{advice if refused and is_remote else ''}"
            ) from error

    def _send(self, batch: Batch) -> None:
        system, path = fsspec.url_to_fs(self._path)
        folder = posixpath.join(path, batch.written.export_id)
        if not _protocols(system) & OBJECT_STORES:
            # An object store has no folders; it would make a bucket that is missing.
            system.makedirs(folder, exist_ok=True)
        receipt = posixpath.join(folder, RECEIPT)
        if system.exists(receipt):
            system.rm_file(receipt)
        name = f"contacts.{self._settings.format}"
        with _whole_file(system, posixpath.join(folder, name)) as stream:
            measured = _Measured(stream)
            if self._settings.format == "csv":
                self._write_csv(measured, batch)
            else:
                _write_parquet(measured, batch)
        content = {
            "export_id": batch.written.export_id,
            "campaign_id": batch.written.campaign_id,
            "contact_on": batch.written.receipt["contact_on"],
            "file": name,
            "sha256": measured.hash.hexdigest(),
            "bytes": measured.size,
            "columns": batch.written.columns,
            "contacts": batch.sent,
            "left_out": dict(batch.left_out),
            "delivered_at": now(),
        }
        with _whole_file(system, receipt) as stream:
            stream.write(json.dumps(content, indent=2).encode() + b"\n")

    def _write_csv(self, stream: "_Measured", batch: Batch) -> None:
        columns = batch.written.columns
        texts = {*TEXTS, *batch.written.own_columns}

        def cell(name: str, value: object) -> str:
            text = "" if value is None else str(value)
            if (
                self._settings.formulas == "quote"
                and name in texts
                and not (name.endswith("_id") and re.fullmatch(r"-?\d+", text))
                and re.match(FORMULA, text)
            ):
                text = f"'{text}"
            # Python's csv leaves a carriage return without quotes.
            return f'"{text.replace(QUOTE, QUOTE * 2)}"' if SPECIAL.search(text) else text

        header = ",".join(cell("", name) for name in columns)
        stream.write(f"{header}\n".encode())
        for chunk in batch.chunks():
            lines = (
                ",".join(cell(name, contact[name]) for name in columns) + "\n"
                for contact in chunk
            )
            stream.write("".join(lines).encode())


def _write_parquet(stream: "_Measured", batch: Batch) -> None:
    kinds = {"place": pa.int64(), "purchase_probability": pa.float64()}
    schema = pa.schema(
        [(name, kinds.get(name, pa.string())) for name in batch.written.columns]
    )
    with pq.ParquetWriter(stream, schema, compression="zstd") as writer:
        for chunk in batch.chunks():
            writer.write_table(pa.Table.from_pylist(chunk, schema))


class _Measured(io.RawIOBase):
    """A stream that knows the size and the hash of what was written."""

    def __init__(self, stream: Any) -> None:
        self._stream = stream
        self.hash = hashlib.sha256()
        self.size = 0

    def writable(self) -> bool:
        return True

    def tell(self) -> int:
        return self.size

    def write(self, content: Any) -> int:
        content = bytes(content)
        self._stream.write(content)
        self.hash.update(content)
        self.size += len(content)
        return len(content)


def _protocols(system: Any) -> set[str]:
    """The names of a file system, such as s3 and s3a."""
    named = system.protocol
    return {named} if isinstance(named, str) else {*named}


@contextlib.contextmanager
def _whole_file(system: Any, path: str) -> Iterator[Any]:
    """Open a file for writing that appears under its name when it is whole.

    On this machine only its owner can read it.
    """
    protocols = _protocols(system)
    is_here = bool(protocols & {"file", "local"})
    if protocols & OBJECT_STORES:
        stream = system.open(path, "wb")
        try:
            yield stream
        except BaseException:
            discard = getattr(stream, "discard", None)
            if discard:
                discard()
            if isinstance(stream, AbstractBufferedFile):
                stream.closed = True  # Or it would be written when Python forgets it.
            raise
        stream.close()
        return
    folder, name = posixpath.split(path)
    unfinished = posixpath.join(folder, f".{name}.unfinished")
    if is_here:
        # Before there is anything in it.
        os.close(os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600))
        Path(unfinished).chmod(0o600)
    with system.open(unfinished, "wb") as stream:
        yield stream
        stream.flush()
        if is_here:
            os.fsync(stream.fileno())
    if is_here:
        Path(unfinished).replace(path)
    else:
        system.mv(unfinished, path)
