"""Columns of Parquet files whose types differ from file to file."""

import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import duckdb

from scripts.blanks import BLANKS
from scripts.build.amount_columns import wanted_columns
from scripts.build.input_columns import find_input
from scripts.build.log_source import LogSourceError, declared_inputs, matching
from scripts.build_folder import literal_paths
from scripts.settings.input_format import InputFormat


def check_column_types(settings: Mapping[str, Any]) -> None:
    """See that the files of each input have types that can be read as one.

    Raises:
        LogSourceError: a column that the build reads has not.
    """
    for name in declared_inputs():
        source = find_input(settings, name)
        files = [str(file) for file in matching(source.path)] if source else []
        if source and len(files) > 1 and files[0].endswith(".parquet"):
            _check_files(files, _reads(name, source.written, settings))


def _check_files(files: list[str], is_read: Callable[[str], bool]) -> None:
    with duckdb.connect() as connection:
        rows = connection.execute(
            "select file_name, name, duckdb_type, coalesce(num_children, 0)"
            " from parquet_schema(?)",
            [literal_paths(map(Path, files))],
        ).fetchall()
    # Of each column the first file and type of each kind.
    found: dict[str, dict[str, tuple[str, str]]] = {}
    earlier, pending = "", 0
    for file, name, type_, children in rows:
        if file != earlier:
            earlier, pending = file, 0  # The first one stands for the whole file.
            continue
        if not pending:
            kinds = found.setdefault(name.lower(), {})
            kinds.setdefault(_kind_of(type_), (file, type_ or "list or object"))
            is_text = "text" in kinds and "nested" not in kinds
            if is_read(name) and len(kinds) > 1 and not is_text:
                (first, its_type), (other, other_type), *_ = kinds.values()
                raise LogSourceError(
                    f"Column {name} is a {its_type} in {first} and a {other_type} in"
                    f" {other}, which cannot be read as one: write it with the same type in"
                    " all files, or narrow the pattern to files that have the same."
                )
        pending = max(pending - 1, 0) + children


def _kind_of(type_: str | None) -> str:
    """Types that can be read as one; as text, all but nested ones can."""
    if type_ is None:
        return "nested"
    if type_.startswith(("TIMESTAMP", "DATE", "TIME")):
        return "time"
    return {"VARCHAR": "text", "BLOB": "bytes"}.get(type_, "number")


def _reads(
    name: str, written: InputFormat[Any], settings: Mapping[str, Any]
) -> Callable[[str], bool]:
    """Whether a build reads a column of an input: of side inputs all, of the log few."""
    sql = [*map(str, written.expressions.values()), str(settings.get("row_filter", ""))]
    words = {word.lower() for word in re.findall(r"\w+", " ".join(sql))}
    wanted = {
        str(written.columns.get(our_name, our_name)).strip(BLANKS).lower()
        for our_name in wanted_columns(name, written)
        if our_name not in written.expressions
    }
    return lambda column: (
        name != "log"
        or column.lower() in wanted
        or words.issuperset(re.findall(r"\w+", column.lower()))
    )
