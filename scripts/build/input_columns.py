"""The columns of a build's inputs, checked before dbt starts.

What an input must have stands in models/staging/_staging__sources.yml. The macro
`describe_input` looks at the files too, because dbt by hand needs their columns.
"""

import gzip
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb

from scripts.build.id_types import check_id_type
from scripts.build.log_source import (
    SAMPLE_BYTES,
    LogSourceError,
    declared_inputs,
    matching,
)
from scripts.build_folder import literal_paths
from scripts.settings.build_settings import BuildSettings
from scripts.settings.input_settings import InputFormat

# More than a CSV file may have; DuckDB wants to know the columns before it reads one.
MOST_COLUMNS = 1000
# Names that the macro `read_input` gives to columns of its own.
RESERVED = {"_input_file", "_row_in_input", "_unreadable", "file_row_number"}
TIMES = ("event_date", "contacted_at")
IDS = ("customer_id", "product_id", "unit_id")


@dataclass(frozen=True)
class Input:
    """An input of a build.

    Attributes:
        path: a path, or a glob of paths.
        written: how its files are written.
    """

    path: str
    written: InputFormat[Any]


def find_input(settings: Mapping[str, Any], name: str) -> Input | None:
    """An input as settings describe it; None where there is no such input.

    Raises:
        SettingError: a setting is not valid.
    """
    checked = BuildSettings.check(settings)
    if name == "log":
        return Input(checked.log, checked)
    table = getattr(checked, name)
    return Input(table.path, table) if table else None


def check_input_columns(settings: Mapping[str, Any]) -> None:
    """See that all files of each input fit together and have the columns that it needs.

    Raises:
        LogSourceError: one does not.
    """
    for name, wanted in declared_inputs().items():
        source = find_input(settings, name)
        if source is None:
            continue
        files = [str(file) for file in matching(source.path)]
        columns = columns_of(files, source)
        for column in columns:
            if column.lower() in RESERVED:
                raise LogSourceError(
                    f"{files[0]} has a column {column}, a name that the reader uses"
                    " itself: rename the column."
                )
        for our_name, is_optional in wanted.items():
            _check_column(
                files, columns, our_name, source.written, is_optional=is_optional
            )


def columns_of(files: list[str], source: Input) -> dict[str, str]:
    """Name and type of the columns that files of an input have together; CSV is text.

    Raises:
        LogSourceError: the files are not all of one format, or have other headers.
    """
    parquet = [file for file in files if file.endswith(".parquet")]
    csv = [file for file in files if not file.endswith(".parquet")]
    if parquet and csv:
        raise LogSourceError(
            f"{source.path} matches both CSV and Parquet files ({csv[0]}, {parquet[0]}):"
            " expected one format. Narrow the pattern."
        )
    with duckdb.connect() as connection:
        if parquet:
            described = connection.execute(
                "describe select * from read_parquet(?, union_by_name = true)",
                [_literal(parquet)],
            )
            return {row[0]: row[1].upper() for row in described.fetchall()}
        fields = _header_of(connection, csv, source.written)
    columns: dict[str, str] = {}
    for position, value in enumerate(fields, 1):
        name = (value.strip() if source.written.has_header else "") or f"column{position}"
        if name.lower() in (earlier.lower() for earlier in columns):
            name = f"{name}_{position}"
        columns[name] = "VARCHAR"
    return columns


def _header_of(
    connection: duckdb.DuckDBPyConnection, files: list[str], written: InputFormat[Any]
) -> list[str]:
    """The first row of the first file, which the others must have too if it is a header.

    Raises:
        LogSourceError: it cannot be split, or another file begins otherwise.
    """
    first = _first_line(files[0], written)
    if not first:
        header = "a header and " if written.has_header else ""
        raise LogSourceError(
            f"{files[0]} is empty or begins with an empty line: expected {header}one row"
            " per line."
        )
    if first.count('"') % 2:
        raise LogSourceError(
            f"{files[0]} begins with a line that opens a quote and does not close it:"
            " expected the names of the columns on one line. Rename the column, or remove"
            " the quote."
        )
    fields = _first_row(connection, files[0], written)
    if len(fields) >= MOST_COLUMNS:
        raise LogSourceError(
            f"{files[0]} has {MOST_COLUMNS} columns or more, expected fewer: leave out what"
            " the mapping does not name."
        )
    for file in files[1:] if written.has_header else []:
        other = _first_line(file, written)
        if other in ("", first):
            continue
        if _first_row(connection, file, written, len(fields) + 1) != fields:
            raise LogSourceError(
                f"{file} has the header {_shortened(other)}, expected {_shortened(first)}"
                f" as in {files[0]}. Build these files separately, or give them the same"
                " columns."
            )
    return fields


def _first_row(
    connection: duckdb.DuckDBPyConnection,
    file: str,
    written: InputFormat[Any],
    most: int = MOST_COLUMNS,
) -> list[str]:
    """Fields of the first line of a CSV file, as the macro `csv_first_row` reads them."""
    columns = {f"c{number}": "VARCHAR" for number in range(most)}
    row = connection.execute(
        "select * from read_csv($file, auto_detect = false, header = false,"
        " delim = $delimiter, quote = '\"', escape = '\"', encoding = $encoding,"
        f" columns = {columns}, nullstr = e'\\x01', null_padding = true,"
        " strict_mode = false, ignore_errors = true, parallel = false) limit 1",
        {
            "file": _literal([file]),
            "delimiter": written.delimiter,
            "encoding": written.encoding,
        },
    ).fetchone()
    return [value for value in row or () if value is not None]


def _first_line(file: str, written: InputFormat[Any]) -> str:
    with gzip.open(file) if file.endswith(".gz") else Path(file).open("rb") as stream:
        beginning = stream.read(SAMPLE_BYTES)
    text = beginning.decode(written.encoding, errors="replace").removeprefix("\ufeff")
    return re.split(r"[\r\n]", text, maxsplit=1)[0]


def _check_column(
    files: list[str],
    columns: Mapping[str, str],
    our_name: str,
    written: InputFormat[Any],
    *,
    is_optional: bool,
) -> None:
    """See that an input has one of our columns, and that its time can be read.

    Raises:
        LogSourceError: it cannot.
    """
    if our_name in written.expressions:
        return
    wanted = written.columns.get(our_name, our_name)
    column = _found(list(columns), wanted)
    if column is None:
        if is_optional and our_name not in written.columns:
            return
        raise LogSourceError(
            f"{files[0]} has no column {wanted} for {our_name}; it has"
            f" {_shortened(', '.join(columns), 300)}. Name the right one in the mapping"
            f" (columns: {{{our_name}: ...}}), or the delimiter if these are not columns at"
            " all."
        )
    type_ = columns[column]
    if our_name in IDS and files[0].endswith(".parquet"):
        check_id_type(files, our_name, column, type_)
    is_time = our_name in TIMES and (type_.startswith("TIMESTAMP") or type_ == "DATE")
    if is_time and written.time_format != "iso":
        raise LogSourceError(
            f"time_format = {written.time_format}, but column {column} of {files[0]} is a"
            f" {type_}. Leave time_format out of the mapping."
        )


def _found(names: list[str], wanted: str | int) -> str | None:
    """An input's own name of a column, given by name (in any case) or position."""
    if isinstance(wanted, int):
        return names[wanted - 1] if 0 < wanted <= len(names) else None
    alike = [name for name in names if name.lower() == wanted.lower()]
    return wanted if wanted in names else next(iter(alike), None)


def _literal(files: Iterable[str]) -> list[str]:
    return literal_paths(Path(file) for file in files)


def _shortened(text: str, most: int = 200) -> str:
    return text if len(text) <= most else f"{text[: most - 3]}..."
