"""The formats of exports: each writes a table part by part."""

import io
from typing import Any, ClassVar

import pyarrow
from pyarrow import compute, csv, parquet

from api.responses import as_json

# How a text begins that a spreadsheet computes (queries/ids_like_formulas.sql); four
# characters also in full width.
FORMULA = r"\A([=+@\t\r" + "\uff1d\uff0b\uff20\uff0d-])"


class Writer:
    """Converts parts of a table to parts of a file.

    Attributes:
        content_type: of the file.
    """

    content_type: ClassVar[str]

    def write(self, part: pyarrow.Table) -> bytes:
        """The bytes of a part."""
        raise NotImplementedError

    def end(self) -> bytes:
        """The bytes after the last part."""
        return b""


class Csv(Writer):
    """Comma-separated, with a header; text is quoted where it must be.

    Args:
        quotes_formulas: whether text that a spreadsheet would compute begins with `'`.
    """

    content_type = "text/csv; charset=utf-8"

    def __init__(self, *, quotes_formulas: bool = False) -> None:
        self._is_first = True
        self._quotes_formulas = quotes_formulas

    def write(self, part: pyarrow.Table) -> bytes:
        buffer = io.BytesIO()
        if self._quotes_formulas:
            part = with_quoted_formulas(part)
        if self._is_first:
            buffer.write(",".join(part.column_names).encode() + b"\n")
            self._is_first = False
        csv.write_csv(
            part, buffer, csv.WriteOptions(include_header=False, quoting_style="needed")
        )
        return buffer.getvalue()


def with_quoted_formulas(part: pyarrow.Table) -> pyarrow.Table:
    """The table with `'` before each text that a spreadsheet would compute."""
    for place, (name, column) in enumerate(
        zip(part.column_names, part.columns, strict=True)
    ):
        if pyarrow.types.is_string(column.type):
            quoted = compute.replace_substring_regex(column, FORMULA, r"'\1")
            part = part.set_column(place, name, quoted)
    return part


class JsonLines(Writer):
    """A JSON object per line."""

    content_type = "application/x-ndjson"

    def write(self, part: pyarrow.Table) -> bytes:
        pieces: list[Any] = []
        for name, column in zip(part.column_names, part.columns, strict=True):
            pieces += [f'{"," if pieces else "{"}"{name}":', _json_values(column)]
        lines = compute.binary_join_element_wise(*pieces, "}\n", "")
        return "".join(lines.to_pylist()).encode()


def _json_values(column: pyarrow.ChunkedArray) -> Any:
    """The values of a column as JSON: numbers unchanged, everything else as text."""
    if pyarrow.types.is_integer(column.type) or pyarrow.types.is_floating(column.type):
        return column.cast(pyarrow.string()).fill_null("null")
    return pyarrow.array(
        [as_json(value).decode() for value in column.to_pylist()], pyarrow.string()
    )


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
    """A file in memory; `take` returns the bytes written since the last call."""

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
