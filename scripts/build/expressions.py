"""Which expression of a mapping failed, as the user wrote it."""

import json
import re
from pathlib import Path
from typing import Any

import duckdb

from scripts.build.csv_header import lines_to_skip
from scripts.build.input_columns import columns_of, find_input
from scripts.build.log_source import matching
from scripts.build_folder import literal_paths
from scripts.reported_error import ReportedError
from scripts.settings.build_settings import BuildSettings

UNKNOWN_COLUMN = re.compile(r'Referenced column "(.+?)" (was )?not found')


def failed_expression(settings: dict[str, Any]) -> str | None:
    """A sentence about the first expression, or the row filter, that DuckDB cannot run.

    Each is run over the log, which takes as long as reading it: for failed builds.

    Args:
        settings: the variables of the failed build; programs have added some.
    """
    settings = {
        name: settings[name] for name in BuildSettings.model_fields if name in settings
    }
    written = dict(settings.get("expressions") or {})
    written |= {"": settings["row_filter"]} if "row_filter" in settings else {}
    if not written:
        return None
    try:
        relation = _log(settings)
    except (ReportedError, OSError, duckdb.Error):
        return None  # The log itself is the problem.
    for name, expression in written.items():
        try:
            # Without a result, but for every row; it may have window functions.
            relation.project(f"({expression}\n) as value").count("value").fetchall()
        except duckdb.Error as error:
            return _sentence(name, str(expression), str(error), relation.columns)
    return None


def _log(settings: dict[str, Any]) -> duckdb.DuckDBPyRelation:
    """The log, as its expressions see it; lines that cannot be split are left out."""
    source = find_input(settings, "log")
    if source is None:
        raise FileNotFoundError
    files = [str(file) for file in matching(source.path)]
    columns = columns_of(files, source)
    paths = literal_paths(map(Path, files))
    if files[0].endswith(".parquet"):
        return duckdb.read_parquet(paths, union_by_name=True)
    written = source.written
    return duckdb.sql(
        "select * from read_csv($files, auto_detect = false, header = $header,"
        f" columns = {columns}, delim = $delimiter, quote = '\"', escape = $escape,"
        " comment = $comment, skip = $skipped, encoding = $encoding,"
        " ignore_errors = true)",
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


def _sentence(name: str, expression: str, error: str, columns: list[str]) -> str:
    """What is wrong with an expression.

    Args:
        name: the column that it makes; empty for the row filter.
    """
    shown = f"expressions: {{{name}: {json.dumps(expression)}}}" if name else "row_filter"
    shown = shown if name else f"{shown}: {json.dumps(expression)}"
    unknown = UNKNOWN_COLUMN.search(error)
    if unknown and re.fullmatch(r"\w+", expression.strip()) and name:
        constant = json.dumps(f"'{expression.strip()}'")
        return (
            f"{shown} is the column {unknown[1]}, which the log does not have; it has"
            f" {', '.join(columns)}. A text that is the same for all rows has quotes of its"
            f" own: {{{name}: {constant}}}."
        )
    reason = re.split(r"\n|\bLINE \d+:", error)[0].strip()
    advice = (
        " try_cast gives null where cast fails, so that only such rows are rejected."
        if "Conversion Error" in error and "try_cast" not in expression
        else ""
    )
    return f"{shown} failed: {reason.rstrip('.!')}.{advice}"
