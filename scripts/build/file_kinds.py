"""What a file is by its first bytes, and how to look into it; its name may be wrong."""

import bz2
import gzip
import io
import json
import lzma
import re
import zipfile
import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, cast

from scripts.build.log_source import LogSourceError
from scripts.build.spreadsheets import sheet_as_csv
from scripts.settings.input_format import InputFormat

BEGINNING = 65_536
# Its only sheet is looked at as CSV.
WORKBOOK = "workbook"
MAGIC = (
    (b"PAR1", "Parquet"),
    (b"\x1f\x8b", "gzip"),
    (b"\x28\xb5\x2f\xfd", "zstd"),
    (b"BZh", "bzip2"),
    (b"\xfd7zXZ\x00", "xz"),
    (b"PK\x03\x04", "zip"),
    (b"\xd0\xcf\x11\xe0", WORKBOOK),
    (b"SQLite format 3\x00", "SQLite"),
    (b"Obj\x01", "Avro"),
    (b"ORC", "ORC"),
    (b"7z\xbc\xaf\x27\x1c", "7z"),
    (b"%PDF", "PDF"),
)
# Compressions that a build unpacks into a copy.
UNPACK = ("zstd", "bzip2", "xz", "zip", WORKBOOK)
# Lines of JSON without an object.
NO_OBJECT = re.compile(rb"\A(null\s+)+(?=[{\[])")
MARKUP = re.compile(rb"<(!doctype|\?xml|html|head|meta|table|div|body)\b", re.IGNORECASE)
# What to do about files that have rows, but are neither CSV nor Parquet.
EXPORT = {
    "SQLite": "export the table as CSV",
    "Avro": "write it as Parquet",
    "ORC": "write it as Parquet",
    "7z": "unpack it",
    "PDF": "ask for the data as CSV or Parquet",
    "HTML or XML": "ask for the data as CSV or Parquet",
}


@dataclass(frozen=True)
class FileKind:
    """What a file is.

    Attributes:
        compression: gzip, zstd, bzip2, xz, zip, workbook, or empty for none.
        content: Parquet, text, JSON lines, JSON array, or another of MAGIC and EXPORT.
    """

    compression: str
    content: str

    @property
    def has_text(self) -> bool:
        """Whether it can be looked at as CSV."""
        return self.content == "text"


def kind_of(file: Path) -> FileKind:
    """What a file is, by its first bytes and those that it unpacks to.

    Raises:
        LogSourceError: it is no regular file, cannot be read, or is damaged.
    """
    # Opening a named pipe would wait for a program that writes to it.
    if file.exists() and not file.is_file():
        raise LogSourceError(
            f"{file} is no regular file: expected a CSV, JSON or Parquet file"
        )
    try:
        with file.open("rb") as stream:
            beginning = stream.read(BEGINNING)
        named = _by_magic(beginning)
        if named not in ("gzip", *UNPACK):
            return FileKind("", named)
        holds = _content_of_zip(file) if named == "zip" else ""
        if WORKBOOK in (named, holds):
            return FileKind(WORKBOOK, "text")
        if holds:
            return FileKind("", holds)
        with open_unpacked(file, named) as stream:
            return FileKind(named, _by_magic(stream.read(BEGINNING)))
    except FileNotFoundError as error:
        raise LogSourceError(f"No file at {file}") from error
    except (gzip.BadGzipFile, EOFError, zlib.error) as error:
        raise LogSourceError(f"{file} is not a complete file: {error}") from error
    except (OSError, ValueError, lzma.LZMAError, zipfile.BadZipFile) as error:
        reason = getattr(error, "strerror", None) or error
        raise LogSourceError(f"Cannot read {file}: {reason}") from error


def open_unpacked(file: Path, compression: str) -> IO[bytes]:
    """A file's content, unpacked while it is read."""
    if compression == "gzip":
        return cast(IO[bytes], gzip.open(file))
    if compression == "bzip2":
        return cast(IO[bytes], bz2.open(file))
    if compression == "xz":
        return cast(IO[bytes], lzma.open(file))
    if compression == "zstd":
        import pyarrow

        return cast(IO[bytes], pyarrow.input_stream(str(file), compression="zstd"))
    if compression == WORKBOOK:
        return io.BytesIO(sheet_as_csv(file))
    if compression == "zip":
        archive = zipfile.ZipFile(file)
        return archive.open(next(n for n in archive.namelist() if not n.endswith("/")))
    return file.open("rb")


def check_readable(file: Path, kind: FileKind) -> None:
    """See that a build reads such a file.

    Raises:
        LogSourceError: it does not; the message says what to do.
    """
    if kind.content in EXPORT:
        raise LogSourceError(
            f"{file} is {_with_article(kind.content)} file, which a build does not read:"
            f" {EXPORT[kind.content]}"
        )
    if kind.content in ("gzip", *UNPACK):
        raise LogSourceError(f"{file} holds a packed file ({kind.content}): unpack it")
    if kind.content == "zip of several files":
        raise LogSourceError(
            f"{file} is a zip archive of several files: unpack it (unzip {file})"
        )


def _by_magic(beginning: bytes) -> str:
    """A name of MAGIC, or what kind of text it is."""
    for magic, name in MAGIC:
        if beginning.startswith(magic):
            return name
    text = beginning.removeprefix(b"\xef\xbb\xbf").lstrip()
    text = NO_OBJECT.sub(b"", text)
    if text[:1] in (b"{", b"["):
        return _json_kind(text)
    if MARKUP.match(text):
        return "HTML or XML"
    return "text"


def _json_kind(text: bytes) -> str:
    """JSON lines, JSON array, or text that only begins like JSON."""
    first = text.splitlines()[0]
    value: Any = None
    try:
        value = json.loads(first)
    except ValueError:
        # An array over several lines, a value of many lines, or no JSON at all.
        rest = text[1:].lstrip()
        starts = b"{" if text[:1] == b"[" else b'"'
        return "JSON array" if rest[:1] == starts else "text"
    return "JSON array" if isinstance(value, list) else "JSON lines"


def _content_of_zip(file: Path) -> str:
    """What a zip archive holds other than one file to look at; empty for that."""
    with zipfile.ZipFile(file) as archive:
        names = [name for name in archive.namelist() if not name.endswith("/")]
    # Of Excel, or of LibreOffice.
    if any(name.startswith("xl/") or name == "content.xml" for name in names):
        return WORKBOOK
    return "" if len(names) == 1 else "zip of several files"


def check_settings_of_text(file: Path, kind: FileKind, written: InputFormat[Any]) -> None:
    """See that a setting of lines is given for a file that has lines.

    Raises:
        LogSourceError: it would be ignored.
    """
    is_workbook = kind.compression == WORKBOOK
    what = "workbook" if is_workbook else f"{kind.content} file"
    for name, holds in (
        ("skip_lines", kind.has_text),
        ("column_widths", kind.has_text and not is_workbook),
    ):
        if getattr(written, name) and not holds:
            raise LogSourceError(
                f"{name} is set and {file} is a {what}: expected text. Remove the setting."
            )


def _with_article(name: str) -> str:
    return f"{'an' if name[0] in 'AEHIOXx' else 'a'} {name}"
