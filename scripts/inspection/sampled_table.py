"""Rows of a log as a table of DuckDB: of CSV from parts of files, of Parquet in place."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path

import duckdb

from scripts.build.input_columns import Input, columns_of
from scripts.build_folder import literal_paths
from scripts.inspection.dialects import MOST_ABOVE, Dialect, rows_of
from scripts.inspection.found_files import FoundFiles, spread
from scripts.settings.input_format import InputFormat

TABLE = "sampled_rows"
# Rows of Parquet from each of so many places of a file.
ROWS_AT_A_PLACE = 20_000
PLACES = 4
MOST_FILES = 5


def quoted(name: str) -> str:
    """The name of a column as SQL."""
    return '"{}"'.format(name.replace('"', '""'))


def column_names(dialect: Dialect) -> list[str]:
    """Names of the columns of a CSV file, as a build names them."""
    names: list[str] = []
    for position in range(1, dialect.width + 1):
        name = dialect.header[position - 1] if dialect.header else ""
        name = name or f"column{position}"
        if name.lower() in (earlier.lower() for earlier in names):
            name = f"{name}_{position}"
        names.append(name)
    return names


@dataclass
class LoadedText:
    """What was loaded of CSV files.

    Attributes:
        irregular: lines with another number of fields, which are left out.
        others: files with other columns, which are left out.
    """

    rows: list[list[str]] = field(default_factory=list)
    irregular: int = 0
    others: list[Path] = field(default_factory=list)


def load_text(
    connection: duckdb.DuckDBPyConnection,
    parts: Mapping[Path, Sequence[str]],
    dialect: Dialect,
) -> LoadedText:
    """Make the table from parts of CSV files."""
    import pyarrow

    loaded = LoadedText()
    for file, texts in parts.items():
        order = _order_of(texts[0], dialect)
        if order is None:
            loaded.others.append(file)
            continue
        for number, text in enumerate(texts):
            _add_rows(loaded, text, dialect, order, is_beginning=number == 0)
    columns: Sequence[Sequence[str]] = list(zip(*loaded.rows, strict=True)) or [
        () for _ in range(dialect.width)
    ]
    table = pyarrow.table(
        {
            name: pyarrow.array(values, pyarrow.string())
            for name, values in zip(column_names(dialect), columns, strict=True)
        }
    )
    connection.register("given_rows", table)
    connection.execute(f"create table {TABLE} as from given_rows")
    return loaded


def _order_of(text: str, dialect: Dialect) -> list[int] | None:
    """The places of the columns in a file; None if it has other columns."""
    if not dialect.header:
        return list(range(dialect.width))
    for row in islice(rows_of(text, dialect), MOST_ABOVE):
        names = [value.strip() for value in row[: dialect.width]]
        if sorted(names) == sorted(dialect.header):
            return _places(names, dialect.header)
    return None


def _places(names: list[str], wanted: Sequence[str]) -> list[int]:
    """Where the wanted names stand; of a name that stands twice, each in its turn."""
    places: list[int] = []
    for name in wanted:
        places.append(
            next(n for n, one in enumerate(names) if one == name and n not in places)
        )
    return places


def _add_rows(
    loaded: LoadedText,
    text: str,
    dialect: Dialect,
    order: list[int],
    *,
    is_beginning: bool,
) -> None:
    is_above = is_beginning and bool(dialect.header)
    for row in rows_of(text, dialect):
        names = [value.strip() for value in row[: dialect.width]]
        if is_above:
            is_above = sorted(names) != sorted(dialect.header)
        elif len(row) == dialect.width:
            loaded.rows.append([row[place] for place in order])
        elif row:
            loaded.irregular += 1


def load_parquet(connection: duckdb.DuckDBPyConnection, found: FoundFiles) -> int:
    """Make the table from rows of Parquet files; returns the rows of all files.

    Raises:
        LogSourceError: the files do not fit together.
    """
    names = columns_of([str(file) for file in found.files], Input(found.pattern, _PARQUET))
    files = spread(list(found.files), MOST_FILES)
    selected = ", ".join(f"rows.{quoted(name)}" for name in names)
    for number, file in enumerate(files):
        total = _row_count(connection, [file])
        starts = [
            max(0, (total - ROWS_AT_A_PLACE) * place // (PLACES - 1))
            for place in range(PLACES if number == 0 else 1)
        ]
        places = " or ".join(
            f"rows.file_row_number between {start} and {start + ROWS_AT_A_PLACE - 1}"
            for start in starts
        )
        # All columns, also those that only other files have.
        rows = (
            f"select {selected} from read_parquet($files, union_by_name = true,"
            f" file_row_number = true, filename = '_file') as rows"
            f" where rows._file = $file and ({places})"
        )
        target = f"insert into {TABLE}" if number else f"create table {TABLE} as"
        connection.execute(
            f"{target} {rows}",
            {"files": literal_paths(_others(file, files)), "file": str(file)},
        )
    return _row_count(connection, found.files)


_PARQUET: InputFormat[str] = InputFormat()


def _others(file: Path, files: Sequence[Path]) -> list[Path]:
    """The file first, then the others."""
    return [file, *(other for other in files if other != file)]


def _row_count(connection: duckdb.DuckDBPyConnection, files: Sequence[Path]) -> int:
    row = connection.execute(
        "select sum(num_rows) from parquet_file_metadata($files)",
        {"files": literal_paths(files)},
    ).fetchone()
    return int(row[0] or 0) if row else 0
