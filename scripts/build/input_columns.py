"""The columns of a build's inputs, checked before dbt starts.

What an input must have stands in models/staging/_staging__sources.yml. The macro
`describe_input` looks at the files too, because dbt by hand needs their columns.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb

from scripts.blanks import BLANKS
from scripts.build.amount_columns import check_amount_type, wanted_columns
from scripts.build.csv_header import (
    column_names,
    header_of,
    likely_delimiter,
    repeated_name,
)
from scripts.build.id_types import check_id_type, shortened
from scripts.build.log_source import LogSourceError, declared_inputs, matching
from scripts.build.parquet_columns import names_in_parquet, types_in_parquet
from scripts.build.path_columns import columns_of_paths
from scripts.build.readable_copies import original_of
from scripts.settings.build_settings import BuildSettings, ProgramVariables
from scripts.settings.input_format import InputFormat

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


@dataclass(frozen=True)
class InputColumns:
    """The columns of an input.

    Attributes:
        name: log, or the setting of a side input.
        shown: the first file, or the one that it is a copy of, for messages.
        types: by name, as the macros know them.
        own_names: the names that the files give them.
    """

    name: str
    files: list[str]
    shown: str
    types: dict[str, str]
    own_names: list[str]

    @property
    def are_parquet(self) -> bool:
        """Whether its files are Parquet files."""
        return self.files[0].endswith(".parquet")

    def setting(self, text: str) -> str:
        """A setting of this input, as a mapping has it."""
        return text if self.name == "log" else f"{self.name}: {{path: ..., {text}}}"

    def advice(self, our_name: str, written: InputFormat[Any]) -> str:
        """What to do where a column is not found."""
        columns = self.setting(f"columns: {{{our_name}: ...}}")
        advice = f"Name the right one in the mapping ({columns}),"
        if self.shown != self.files[0] and self.are_parquet:  # Copied from JSON.
            unnest = self.setting("unnest: ...")
            return f"{advice} or the list whose elements are the rows ({unnest})."
        if self.are_parquet:
            return f"{advice[:-1]}."
        first = next(iter(self.types), "")
        if first.startswith("#") and not written.comment:
            comment = self.setting('comment: "#"')
            return f"{advice} or leave out lines that begin with # ({comment})."
        likely = likely_delimiter(self.files[0], written)
        if likely:
            delimiter = self.setting(f"delimiter: {json.dumps(likely)}")
            return (
                f"{advice} or the delimiter if these are not columns at all ({delimiter})."
            )
        return f"{advice} or the delimiter if these are not columns at all."


def find_input(settings: Mapping[str, Any], name: str) -> Input | None:
    """An input as settings describe it; None where there is no such input.

    Args:
        settings: the variables of a build; programs may have added some.

    Raises:
        SettingError: a setting is not valid.
    """
    checked = BuildSettings.check(
        {
            name: value
            for name, value in settings.items()
            if name not in ProgramVariables.model_fields
        }
    )
    if name == "log":
        return Input(checked.log, checked)
    table = getattr(checked, name)
    return Input(table.path, table) if table else None


def check_input_columns(settings: Mapping[str, Any], copies: Path | None = None) -> None:
    """See that all files of each input fit together and have the columns that it needs.

    Args:
        copies: the folder of copies, which messages do not name.

    Raises:
        LogSourceError: one does not.
    """
    for name in declared_inputs():
        source = find_input(settings, name)
        if source is None:
            continue
        files = [str(file) for file in matching(source.path)]
        found = InputColumns(
            name,
            files,
            str(original_of(copies, Path(files[0]))),
            columns_of(files, source),
            own_names(files, source.written),
        )
        for column in found.types:
            if column.lower() in RESERVED:
                raise LogSourceError(
                    f"{found.shown} has a column {column}, a name that the reader uses"
                    " itself: rename the column."
                )
        for our_name, is_optional in wanted_columns(name, source.written).items():
            _check_column(found, our_name, source.written, is_optional=is_optional)


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
            columns = types_in_parquet(connection, parquet)
        else:
            header = header_of(csv, source.written)
            names = column_names(header, has_header=source.written.has_header)
            columns = dict.fromkeys(names, "VARCHAR")
        known = {name.lower() for name in columns}
        for name, type_ in columns_of_paths(connection, files).items():
            if name.lower() not in known:
                columns[name] = type_
    return columns


def own_names(files: list[str], written: InputFormat[Any]) -> list[str]:
    """The names of columns as one of the files has them, if possible one with two alike."""
    if files[0].endswith(".parquet"):
        return names_in_parquet(files)
    return header_of(files, written) if written.has_header else []


def _check_column(
    found: InputColumns, our_name: str, written: InputFormat[Any], *, is_optional: bool
) -> None:
    """See that an input has one of our columns, and that its time or id can be read.

    Raises:
        LogSourceError: it cannot.
    """
    if our_name in written.expressions:
        return
    wanted = written.columns.get(our_name, our_name)
    if isinstance(wanted, str):
        wanted = wanted.strip(BLANKS)
        _check_single(found, our_name, wanted)
    file = found.shown
    column = _found(list(found.types), wanted)
    if column is None:
        if is_optional and our_name not in written.columns:
            return
        raise LogSourceError(
            f"{file} has no column {wanted} for {our_name}; it has"
            f" {shortened(', '.join(found.types), 300)}. {found.advice(our_name, written)}"
        )
    type_ = found.types[column]
    if our_name in IDS and found.are_parquet:
        check_id_type(found.files, our_name, column, type_)
    check_amount_type(file, our_name, column, type_)
    is_time = our_name in TIMES and (type_.startswith("TIMESTAMP") or type_ == "DATE")
    formats = written.time_format
    if is_time and "iso" not in ([formats] if isinstance(formats, str) else formats):
        raise LogSourceError(
            f"time_format = {written.time_format}, but column {column} of {file} is a"
            f" {type_}. Leave time_format out of the mapping."
        )


def _check_single(found: InputColumns, our_name: str, wanted: str) -> None:
    """See that a name means one column.

    Raises:
        LogSourceError: it means several.
    """
    places = repeated_name(found.own_names, wanted, is_exact=not found.are_parquet)
    if places and found.are_parquet:
        names = " and ".join(found.own_names[place - 1] for place in places)
        raise LogSourceError(
            f"{found.shown} has several columns for {our_name}, whose names differ only"
            f" in case: {names}. Rename one of them."
        )
    if places:
        position = found.setting(f"columns: {{{our_name}: {places[0]}}}")
        raise LogSourceError(
            f"{found.shown} names the column {wanted} {len(places)} times (columns"
            f" {', '.join(map(str, places))}): rename the others, or name the position of"
            f" the right one in the mapping ({position})."
        )


def _found(names: list[str], wanted: str | int) -> str | None:
    """An input's own name of a column, given by name (in any case) or position."""
    if isinstance(wanted, int):
        return names[wanted - 1] if 0 < wanted <= len(names) else None
    alike = [name for name in names if name.strip(BLANKS).lower() == wanted.lower()]
    return wanted if wanted in names else next(iter(alike), None)
