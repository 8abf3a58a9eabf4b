"""Which expression of a mapping failed, as the user wrote it."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb

from scripts.build.csv_header import lines_to_skip
from scripts.build.input_columns import columns_of, find_input
from scripts.build.log_source import matching
from scripts.build_folder import literal_paths
from scripts.reported_error import ReportedError

# Columns that say where a row stands.
PLACE = ["_input_file", "_row_in_input"]
MOST_SHOWN = 60
UNKNOWN_COLUMN = re.compile(r'Referenced column "(.+?)" (was )?not found')


def failed_expression(settings: dict[str, Any]) -> str | None:
    """A sentence about the first expression, or the row filter, that DuckDB cannot run.

    Each is run over the log, which takes as long as reading it: for failed builds.

    Args:
        settings: the variables of the failed build; programs have added some.
    """
    if not _written(settings):
        return None
    try:
        return failed_in(_log(settings), settings)
    except (ReportedError, OSError, duckdb.Error):
        return None  # The log itself is the problem.


def failed_in(
    rows: duckdb.DuckDBPyRelation, settings: Mapping[str, Any], file: Path | None = None
) -> str | None:
    """The same for rows of the log that are given.

    Args:
        rows: with the place of each in `_input_file` and `_row_in_input`.
        file: their name in the sentence; otherwise that of `_input_file`.
    """
    columns = [name for name in rows.columns if name not in PLACE]
    for name, expression in _written(settings).items():
        value = f"({expression}\n)"
        value = value if name else f"coalesce({value}, false)"
        try:
            # Without a result, but for every row; it may have window functions.
            rows.project(f"{value} as value").count("value").fetchall()
        except duckdb.Error as error:
            failure = _Failure(name, expression, str(error), columns)
            if failure.is_of_a_row:
                return failure.sentence(_place(rows, value, failure, file))
            return failure.sentence(has_header=settings.get("has_header", True))
    return None


def _written(settings: Mapping[str, Any]) -> dict[str, str]:
    """The expressions by the column that they make; the row filter by an empty name."""
    written = dict(settings.get("expressions") or {})
    if "row_filter" in settings:
        written[""] = settings["row_filter"]
    return {name: str(expression) for name, expression in written.items()}


def _log(settings: Mapping[str, Any]) -> duckdb.DuckDBPyRelation:
    """The log, as its expressions see it; lines that cannot be split are left out."""
    source = find_input(settings, "log")
    if source is None:
        raise FileNotFoundError
    files = [str(file) for file in matching(source.path)]
    columns = columns_of(files, source)
    paths = literal_paths(map(Path, files))
    if files[0].endswith(".parquet"):
        return duckdb.sql(
            "select file_row_number + 1 as _row_in_input, * from read_parquet($files,"
            " union_by_name = true, filename = '_input_file', file_row_number = true)",
            params={"files": paths},
        )
    written = source.written
    return duckdb.sql(
        "select row_number() over () as _row_in_input, * from read_csv($files,"
        f" auto_detect = false, header = $header, columns = {columns},"
        " delim = $delimiter, quote = '\"', escape = $escape, comment = $comment,"
        " skip = $skipped, encoding = $encoding, ignore_errors = true,"
        " filename = '_input_file')",
        params={
            "files": paths,
            "header": written.has_header,
            "delimiter": written.delimiter,
            "escape": written.escape,
            "comment": written.comment or "",
            "skipped": lines_to_skip(files[0], written),
            "encoding": written.encoding,
        },
    )


def _place(
    rows: duckdb.DuckDBPyRelation, value: str, failure: "_Failure", file: Path | None
) -> str:
    """The first row that fails, with the values that the expression reads.

    Empty if the engine cannot tell, such as in a window function.
    """
    names = PLACE + failure.columns_of_expression
    shown = ", ".join('"{}"'.format(name.replace('"', '""')) for name in names)
    try:
        # The test of a value is null only where the value itself fails.
        failed = rows.filter(f"try({value} is null) is null").order(PLACE[1])
        row = failed.limit(1).project(shown).fetchone()
        if row is None:
            return ""
        # The rows of CSV files are numbered from file to file.
        of_file = rows.filter(
            duckdb.ColumnExpression(PLACE[0]) == duckdb.ConstantExpression(row[0])
        )
        first = of_file.min(PLACE[1]).fetchone()
    except duckdb.Error:
        return ""
    assert first
    values = ", ".join(
        f"{name} = {_shown(value)}" for name, value in zip(names[2:], row[2:], strict=True)
    )
    number = row[1] if row[0].endswith(".parquet") else row[1] - first[0] + 1
    return f" in row {number:,} of {file or row[0]}{f' ({values})' if values else ''}"


def _shown(value: Any) -> str:
    """A value in a sentence, about as SQL has it."""
    text = (
        "null" if value is None else repr(value) if isinstance(value, str) else str(value)
    )
    return text if len(text) <= MOST_SHOWN else f"{text[: MOST_SHOWN - 3]}..."


@dataclass(frozen=True)
class _Failure:
    """An expression that the engine cannot run.

    Attributes:
        name: the column that it makes; empty for the row filter.
        columns: those of the log.
    """

    name: str
    expression: str
    error: str
    columns: list[str]

    @property
    def is_of_a_row(self) -> bool:
        """Whether it fails for some values, and not as such."""
        return "Binder Error" not in self.error and "Parser Error" not in self.error

    @property
    def columns_of_expression(self) -> list[str]:
        """Columns of the log that the expression names."""
        words = {word.lower() for word in re.findall(r"\w+", self.expression)}
        return [
            one for one in self.columns if set(re.findall(r"\w+", one.lower())) <= words
        ]

    def sentence(self, place: str = "", *, has_header: bool = True) -> str:
        """What is wrong with it, and what helps."""
        setting = "expressions: {%s: %s}" if self.name else "row_filter:%s %s"
        shown = setting % (self.name, json.dumps(self.expression))
        unknown = UNKNOWN_COLUMN.search(self.error)
        named = ", ".join(self.columns)
        named += "" if has_header else " (the names of columns without a header)"
        if unknown and self.name and re.fullmatch(r"\w+", self.expression.strip()):
            constant = json.dumps(f"'{self.expression.strip()}'")
            return (
                f"{shown} is the column {unknown[1]}, which the log does not have; it has"
                f" {named}. A text that is the same for all rows has"
                f" quotes of its own: {{{self.name}: {constant}}}."
            )
        reason = re.split(r"\n|\bLINE \d+:", self.error)[0].strip()
        advice = ""
        if unknown:
            advice = f" The log has {named}."
        elif "Conversion Error" in self.error and "try_cast" not in self.expression:
            advice = (
                " try_cast gives null where cast fails, so that only such rows are"
                " rejected."
            )
        return f"{shown} failed{place}: {reason.rstrip('.!')}.{advice}"
