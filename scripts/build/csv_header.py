"""The first line of CSV files, as the macro `describe_input` reads it too."""

import gzip
import re
from pathlib import Path
from typing import Any

import duckdb

from scripts.blanks import BLANKS
from scripts.build.log_source import SAMPLE_BYTES, LogSourceError
from scripts.build_folder import literal_paths
from scripts.settings.input_format import InputFormat

# More than a CSV file may have; DuckDB wants to know the columns before it reads one.
MOST_COLUMNS = 1000
# A line that Excel reads, and does not show.
EXCEL_LINE = re.compile(r'"?sep=.{1,2}"?')
ONE_LAYOUT = (
    "Name a pattern that finds only files of one layout, such as --log 'orders/2023-*.csv'"
)


def header_of(files: list[str], written: InputFormat[Any]) -> list[str]:
    """The fields of the first row of CSV files, which all have if it is a header.

    Raises:
        LogSourceError: it cannot be split, or a file begins otherwise.
    """
    skipped, others, first = _beginning(files[0], written)
    if written.skip_lines and not skipped:
        raise LogSourceError(
            f"{files[0]} has no row below its first {written.skip_lines} lines, which"
            " skip_lines leaves out: give a lower number."
        )
    if not first:
        header = "a header and " if written.has_header else ""
        raise LogSourceError(
            f"{files[0]} is empty or begins with an empty line: expected {header}one row"
            f" per line. Leave out empty lines above (skip_lines: {skipped + 1})."
        )
    if written.skip_lines:
        titles = _lines(files[0], written)
        for file in files:
            _check_left_out(file, files[0], titles, written)
    with duckdb.connect() as connection:
        fields, has_end = _first_row(connection, files[0], written, others)
        if first.replace(f'{written.escape}"', "").count('"') % 2:
            raise LogSourceError(
                f"{files[0]} begins with a line that opens a quote and does not close it:"
                " expected the names of the columns on one line. Rename the column, or"
                " remove the quote."
            )
        if len(fields) >= MOST_COLUMNS:
            raise LogSourceError(
                f"{files[0]} has {MOST_COLUMNS} columns or more, expected fewer: leave out"
                " what the mapping does not name."
            )
        for file in files[1:]:
            _check_beginning(connection, file, files[0], written, (skipped, first, fields))
    return fields[:-1] if has_end else fields


def _check_beginning(
    connection: duckdb.DuckDBPyConnection,
    file: str,
    first_file: str,
    written: InputFormat[Any],
    expected: tuple[int, str, list[str]],
) -> None:
    """See that a further file begins as the first one does.

    Raises:
        LogSourceError: it does not.
    """
    skipped, first, fields = expected
    lines, others, other = _beginning(file, written)
    if lines != skipped and other:
        raise LogSourceError(
            f"{file} has {lines} lines above its first row that are no rows, expected"
            f" {skipped} as in {first_file}. {ONE_LAYOUT}, or remove the lines."
        )
    if not written.has_header or other in ("", first):
        return
    found, _ = _first_row(connection, file, written, others, len(fields) + 1)
    if _cleaned(found) != _cleaned(fields):
        raise LogSourceError(
            f"{file} has the header {_shortened(other)}, expected {_shortened(first)}"
            f" as in {first_file}. {ONE_LAYOUT}, or give them the same columns."
        )


def _check_left_out(
    file: str, first_file: str, titles: list[str], written: InputFormat[Any]
) -> None:
    """See that no rows are among the lines that `skip_lines` leaves out.

    Raises:
        LogSourceError: a quote opens in one and closes below, so that the engine counts
            other lines; or a file has fields where the first one has a title.
    """
    lines = _lines(file, written)[: written.skip_lines + 1]
    for number, line in enumerate(lines[:-1], 1):
        if line.count('"') % 2:
            raise LogSourceError(
                f"{file}, line {number}, which skip_lines leaves out, opens a quote and"
                " does not close it: remove the quote."
            )
    row = lines[-1].count(written.delimiter)
    for number, (line, title) in enumerate(zip(lines[:-1], titles, strict=False), 1):
        if line.count(written.delimiter) == row != title.count(written.delimiter):
            raise LogSourceError(
                f"{file}, line {number}, which skip_lines leaves out, has as many fields as"
                f" a row, which that of {first_file} has not. {ONE_LAYOUT},"
                " or give each the same lines above its first row."
            )


def column_names(fields: list[str], *, has_header: bool) -> list[str]:
    """Names of CSV columns: without a header, or a name in it, column1, column2 ..."""
    names: list[str] = []
    for position, value in enumerate(fields, 1):
        name = (value.strip(BLANKS) if has_header else "") or f"column{position}"
        if name.lower() in (earlier.lower() for earlier in names):
            name = f"{name}_{position}"
        names.append(name)
    return names


def repeated_name(fields: list[str], wanted: str, *, is_exact: bool) -> list[int]:
    """Positions (from 1) of several columns that a name means; its case does not matter.

    Args:
        is_exact: whether a column is meant that has exactly this name, if it comes first.
    """
    names = _cleaned(fields)
    alike = [place for place, name in enumerate(names) if name.lower() == wanted.lower()]
    exact = [place for place in alike if names[place] == wanted]
    is_clear = len(alike) < 2 or (is_exact and exact == alike[:1])
    return [] if is_clear else [place + 1 for place in alike]


def likely_delimiter(file: str, written: InputFormat[Any]) -> str | None:
    """Another delimiter, which divides the first line where the given one does not."""
    *_, first = _beginning(file, written)
    if written.delimiter in first:
        return None
    return next((one for one in (";", "\t", "|", ",") if one in first), None)


def lines_to_skip(file: str, written: InputFormat[Any]) -> int:
    """How many lines DuckDB must be told to skip: it passes over comments by itself."""
    return _beginning(file, written)[1]


def _first_row(
    connection: duckdb.DuckDBPyConnection,
    file: str,
    written: InputFormat[Any],
    skipped: int,
    most: int = MOST_COLUMNS,
) -> tuple[list[str], bool]:
    """Fields of the first row, as the macro `csv_first_row` reads them.

    Also whether it ends in a delimiter, and the next row does not.
    """
    columns = {f"c{number}": "VARCHAR" for number in range(most)}
    rows = connection.execute(
        "select * from read_csv($file, auto_detect = false, hive_partitioning = false,"
        " header = false,"
        " delim = $delimiter, quote = '\"', escape = $escape, encoding = $encoding,"
        f" columns = {columns}, nullstr = e'\\x01', null_padding = true, skip = {skipped},"
        " comment = $comment, strict_mode = false, ignore_errors = true,"
        " parallel = false) limit 2",
        {
            "file": literal_paths([Path(file)]),
            "delimiter": written.delimiter,
            "escape": written.escape,
            "comment": written.comment or "",
            "encoding": written.encoding,
        },
    ).fetchall()
    found = [[value for value in row if value is not None] for row in rows]
    fields = found[0] if found else []
    has_end = (
        written.has_header
        and len(found) == 2
        and fields[-1] == ""
        and len(found[1]) == len(fields) - 1
    )
    return fields, has_end


def _beginning(file: str, written: InputFormat[Any]) -> tuple[int, int, str]:
    """Lines above the first row that are no rows, and that row's line.

    Their number, and that of those which are no comments: DuckDB must be told to skip them.
    """
    others = 0
    for skipped, line in enumerate(_lines(file, written)):
        is_excel_s = skipped == 0 and EXCEL_LINE.fullmatch(line)
        is_comment = written.comment and (not line or line.startswith(written.comment))
        if skipped >= written.skip_lines and not is_excel_s and not is_comment:
            return skipped, others, line
        others += not line or not is_comment
    return 0, 0, ""


def _lines(file: str, written: InputFormat[Any]) -> list[str]:
    """The first lines of a file."""
    with gzip.open(file) if file.endswith(".gz") else Path(file).open("rb") as stream:
        beginning = stream.read(SAMPLE_BYTES)
    text = beginning.decode(written.encoding, errors="replace").removeprefix("\ufeff")
    return re.split(r"\r\n|\r|\n", text)


def _cleaned(fields: list[str]) -> list[str]:
    return [field.strip(BLANKS) for field in fields]


def _shortened(text: str, most: int = 200) -> str:
    return text if len(text) <= most else f"{text[: most - 3]}..."
