"""Formats of exports: writers of a table that comes in parts."""

import io
from typing import Any, ClassVar

import pyarrow
from pyarrow import compute, csv, parquet

from api.answers import as_json


class Writer:
    """Turns parts of a table into parts of a file.

    Attributes:
        content_type: of the file.
    """

    content_type: ClassVar[str]

    def write(self, part: pyarrow.Table) -> bytes:
        """What a part adds to the file."""
        raise NotImplementedError

    def end(self) -> bytes:
        """What follows the last part."""
        return b""


class Csv(Writer):
    """Comma-separated, with a header; text is quoted where it must be."""

    content_type = "text/csv; charset=utf-8"

    def __init__(self) -> None:
        self._header = b"rank,customer_id,score\n"

    def write(self, part: pyarrow.Table) -> bytes:
        buffer = io.BytesIO()
        buffer.write(self._header)
        self._header = b""
        csv.write_csv(
            part, buffer, csv.WriteOptions(include_header=False, quoting_style="needed")
        )
        return buffer.getvalue()


class JsonLines(Writer):
    """A JSON object per line, as in the other answers."""

    content_type = "application/x-ndjson"

    def write(self, part: pyarrow.Table) -> bytes:
        customers = part.column("customer_id")
        if pyarrow.types.is_integer(customers.type):
            customers = customers.cast(pyarrow.string())
        else:
            customers = pyarrow.array(
                [as_json(name).decode() for name in customers.to_pylist()],
                pyarrow.string(),
            )
        lines = compute.binary_join_element_wise(
            '{"customer_id":',
            customers,
            ',"score":',
            part.column("score").cast(pyarrow.string()),
            ',"rank":',
            part.column("rank").cast(pyarrow.string()),
            "}\n",
            "",
        )
        return "".join(lines.to_pylist()).encode()


class Parquet(Writer):
    """A Parquet file with a row group per part."""

    content_type = "application/vnd.apache.parquet"

    def __init__(self) -> None:
        self._sink = _Sink()
        self._writer: parquet.ParquetWriter | None = None

    def write(self, part: pyarrow.Table) -> bytes:
        if self._writer is None:
            self._writer = parquet.ParquetWriter(self._sink, part.schema)
        self._writer.write_table(part)
        return self._sink.take()

    def end(self) -> bytes:
        if self._writer is not None:
            self._writer.close()
        return self._sink.take()


class _Sink(io.RawIOBase):
    """A file that hands over what has been written to it."""

    def __init__(self) -> None:
        self._parts: list[bytes] = []
        self._position = 0

    def writable(self) -> bool:
        return True

    def write(self, data: Any) -> int:
        self._parts.append(bytes(data))
        self._position += len(self._parts[-1])
        return len(self._parts[-1])

    def tell(self) -> int:
        return self._position

    def take(self) -> bytes:
        data, self._parts = b"".join(self._parts), []
        return data


FORMATS: dict[str, type[Writer]] = {"csv": Csv, "jsonl": JsonLines, "parquet": Parquet}
