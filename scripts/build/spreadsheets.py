"""The sheet of a workbook (Excel, LibreOffice) as the text of a CSV file."""

import csv
import datetime
import io
from pathlib import Path
from typing import Any

from scripts.build.log_source import LogSourceError


def sheet_as_csv(file: Path) -> bytes:
    """The rows of the only sheet that has any, with commas, in UTF-8.

    Empty rows at the end are left out. The others stay, so that lines and rows of the sheet
    have the same numbers. Lines above the header, the first row without an empty cell, have
    only the fields that are not empty.

    Raises:
        LogSourceError: the file is damaged or has a password, or no or several of its
            sheets have rows.
    """
    import python_calamine

    try:
        with python_calamine.CalamineWorkbook.from_path(file) as workbook:
            sheets = {
                name: workbook.get_sheet_by_name(name).to_python(skip_empty_area=False)
                for name in workbook.sheet_names
            }
    except (python_calamine.CalamineError, OSError) as error:
        raise LogSourceError(
            f"{file} cannot be read as a workbook: {error}. If it has a password, save it"
            " without one."
        ) from error
    filled = {name: rows for name, rows in sheets.items() if rows}
    if len(filled) != 1:
        raise LogSourceError(
            f"{file} has {len(filled)} sheets with rows ({', '.join(filled) or 'none'}),"
            " expected one. Save the sheet with the log as a workbook of its own, or as"
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
        [written(value, has_time=place in with_times) for place, value in enumerate(row)]
        for row in rows
    ]
    header = next((number for number, line in enumerate(lines) if all(line)), 0)
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    for number, line in enumerate(lines):
        # A title has no empty fields behind it. A single one would be written as quotes.
        writer.writerow(filter(None, line) if number < header or not any(line) else line)
    return text.getvalue().encode()


def written(value: Any, *, has_time: bool = False) -> str:
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
