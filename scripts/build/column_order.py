"""CSV files of an input whose columns are in another order than those of the first file."""

import csv
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from scripts.blanks import BLANKS
from scripts.build.file_kinds import FileKind, open_unpacked
from scripts.build.log_source import SAMPLE_BYTES
from scripts.settings.input_format import InputFormat


def column_orders(
    kinds: Mapping[Path, FileKind], written: InputFormat[Any], encoding: str
) -> dict[Path, list[int]]:
    """Where each column of the first file is in the files that have them in another order.

    Files with other columns are left out: what reads them names them. So are files that
    may have lines above their header.

    Args:
        kinds: of the files of the input, in the order in which they are read.
        written: how they are written.
        encoding: of the files; empty for UTF-8.
    """
    has_lines_above = written.comment or written.skip_lines
    is_divided = len(written.delimiter) == 1 and not written.column_widths
    if not written.has_header or has_lines_above or not is_divided:
        return {}
    found: dict[Path, list[int]] = {}
    first: list[str] = []
    for file, kind in kinds.items():
        if not kind.has_text:
            continue
        names = _header(file, kind, written, encoding)
        first = first or names
        is_reordered = names != first and sorted(names) == sorted(first)
        if is_reordered and len(set(names)) == len(names):
            found[file] = [names.index(name) for name in first]
    return found


def write_in_order(file: Path, order: list[int], written: InputFormat[Any]) -> None:
    """Rewrite a copy with its columns in an order.

    A row with more or fewer values stays as it is: the build says that it cannot be read.
    """
    dialect = _dialect(written)
    csv.field_size_limit(2**31 - 1)
    unfinished = file.with_name(f"{file.name}.ordered")
    # A byte that is not UTF-8 stays as it is. A mark at the beginning belongs to no column.
    with (
        file.open(encoding="utf-8-sig", errors="surrogateescape", newline="") as source,
        unfinished.open(
            "w", encoding="utf-8", errors="surrogateescape", newline=""
        ) as target,
    ):
        writer = csv.writer(target, lineterminator="\n", **dialect)
        for row in csv.reader(source, **dialect):
            has_all = len(row) == len(order)
            writer.writerow([row[place] for place in order] if has_all else row)
    unfinished.replace(file)


def _header(
    file: Path, kind: FileKind, written: InputFormat[Any], encoding: str
) -> list[str]:
    """The names of the columns; empty where the first line is none of names."""
    with open_unpacked(file, kind.compression) as stream:
        beginning = stream.read(SAMPLE_BYTES)
    text = beginning.decode(encoding or "utf-8", errors="replace").removeprefix("\ufeff")
    csv.field_size_limit(2**31 - 1)
    names: list[str] = next(csv.reader(text.splitlines()[:1], **_dialect(written)), [])
    return [name.strip(BLANKS) for name in names]


def _dialect(written: InputFormat[Any]) -> dict[str, Any]:
    is_doubled = written.escape == '"'
    return {
        "delimiter": written.delimiter,
        "doublequote": is_doubled,
        "escapechar": None if is_doubled else written.escape,
        # Outside of quotes the engines take a backslash for one.
        "quoting": csv.QUOTE_MINIMAL if is_doubled else csv.QUOTE_ALL,
    }
