"""The sheet of a workbook (Excel, LibreOffice) as the text of a CSV file."""

import csv
import datetime
import io
import re
import zipfile
import zlib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from scripts.build.log_source import LogSourceError

# By so many rows it is seen which one is the header.
JUDGED = 50
# A reader makes room for all cells up to the last one that is filled: 3 GB for so many.
MOST_CELLS = 100_000_000
EXTENT = re.compile(rb'<dimension ref="[A-Z]+[0-9]+:(([A-Z]+)([0-9]+))"')


def sheet_as_csv(file: Path) -> bytes:
    """The rows of the only sheet that has any, with commas, in UTF-8.

    Above the header, which is the first row that is about as full as those below it, rows
    end with their last cell that is not empty. Below it, empty rows are left out. Down to
    the header, line breaks in cells become blanks.

    Raises:
        LogSourceError: the file is damaged or has a password, a cell lies far from all
            others, or no or several sheets have rows.
    """
    import python_calamine

    try:
        _check_extents(file)
        with python_calamine.CalamineWorkbook.from_path(file) as workbook:
            sheets = {
                name: workbook.get_sheet_by_name(name).to_python(skip_empty_area=False)
                for name in workbook.sheet_names
            }
    except (
        python_calamine.CalamineError,
        OSError,
        zipfile.BadZipFile,
        zlib.error,
    ) as error:
        raise LogSourceError(
            f"{file} cannot be read as a workbook: {error}. If it has a password, save it"
            " without one."
        ) from error
    filled = {name: rows for name, rows in sheets.items() if rows}
    if len(filled) != 1:
        raise LogSourceError(
            f"{file} has {len(filled)} sheets with rows ({', '.join(filled) or 'none'}),"
            " expected one. Save the sheet with the rows as a workbook of its own, or as"
            " 'CSV UTF-8'."
        )
    (rows,) = filled.values()
    # A midnight comes as a date, whatever the others of its column are.
    with_times = {
        place
        for row in rows
        for place, value in enumerate(row)
        if isinstance(value, datetime.datetime)
    }
    lines = [
        [cell_text(value, has_time=place in with_times) for place, value in enumerate(row)]
        for row in rows
    ]
    header = _header_of(lines)
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    for number, line in enumerate(lines):
        fields = [" ".join(field.split()) for field in line] if number <= header else line
        while number < header and fields and not fields[-1]:
            fields.pop()
        if number <= header or any(fields):
            writer.writerow(fields)
    return text.getvalue().encode()


def _check_extents(file: Path) -> None:
    """Check that no cell of an .xlsx file lies far from all others.

    Raises:
        LogSourceError: one does.
    """
    if not zipfile.is_zipfile(file):
        return
    with zipfile.ZipFile(file) as workbook:
        for name in workbook.namelist():
            if not re.fullmatch(r"xl/worksheets/[^/]+\.xml", name):
                continue
            with workbook.open(name) as sheet:
                extent = EXTENT.search(sheet.read(4096))
            if extent is None:
                continue
            cell, column, row = (part.decode() for part in extent.groups())
            columns = 0
            for letter in column:
                columns = 26 * columns + ord(letter) - ord("A") + 1
            if columns * int(row) > MOST_CELLS:
                raise LogSourceError(
                    f"{file} has a sheet whose last cell is {cell}: expected at most"
                    f" {MOST_CELLS:,} cells. Delete the rows and columns after those of the"
                    " log, and save it again."
                )


def _header_of(lines: Sequence[Sequence[str]]) -> int:
    """The number of the first row that has most of the cells that a row has."""
    filled = [sum(map(bool, line)) for line in lines[:JUDGED]]
    return next(
        number for number, count in enumerate(filled) if count >= 0.75 * max(filled)
    )


def cell_text(value: Any, *, has_time: bool = False) -> str:
    """A cell as the text of a CSV field: 7.0 is 7, and times are in ISO 8601.

    A workbook holds 15 digits of a number. Longer ones are written with an exponent, as
    spreadsheet programs show them: their last digits are lost.

    Args:
        has_time: whether a date is the beginning of the day, as a time.
    """
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float):
        if value.is_integer() and abs(value) < 10**15:
            return str(int(value))
        return f"{value:.14e}" if abs(value) >= 10**15 else repr(value)
    if isinstance(value, datetime.datetime):
        return value.isoformat(" ")
    if isinstance(value, datetime.date):
        return f"{value.isoformat()}{' 00:00:00' if has_time else ''}"
    if isinstance(value, datetime.time):
        return value.isoformat()
    return str(value)
