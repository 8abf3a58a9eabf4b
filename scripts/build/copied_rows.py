"""A copy of a JSON or Parquet file: Parquet with plain columns.

A field of an object becomes a column named by its path, such as `user.id`. Lists become
JSON texts; of one, each element can become a row.
"""

import contextlib
import json
import re
import tempfile
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb

from scripts.build.copied_text import write_text
from scripts.build.file_kinds import FileKind
from scripts.build.log_source import LogSourceError
from scripts.build_folder import literal_paths

PLACE = re.compile(r"Malformed JSON in file .*?(line \d+): (.*?)\.? *(Try|$)", re.DOTALL)


def write_rows(
    file: Path,
    kind: FileKind,
    unnest: str | None,
    copy: Path,
    most_bytes: int | None = None,
) -> None:
    """Write the copy of a JSON or Parquet file.

    Args:
        unnest: path of a list; each of its elements becomes a row. A row without an
            element stays a row.
        most_bytes: of a file of JSON lines, only so much is copied.

    Raises:
        LogSourceError: the file cannot be read.
    """
    part = most_bytes if kind.content == "JSON lines" else None
    with _unpacked(file, kind, part) as plain, duckdb.connect() as connection:
        connection.execute("set timezone = 'UTC'")
        try:
            rows = _rows(connection, plain, is_json=kind.content.startswith("JSON"))
            rows = _without_objects(file, rows, unnest)
            rows.write_parquet(str(copy))
        except (duckdb.Error, RecursionError) as error:
            found = PLACE.search(str(error))
            if found:
                raise LogSourceError(
                    f"{file}, {found[1]} is not JSON: {found[2].strip()}. Remove the"
                    " line, or mend it."
                ) from error
            reason = str(error).split("\n")[0].strip()
            raise LogSourceError(f"{file} cannot be read: {reason}") from error


@contextlib.contextmanager
def _unpacked(file: Path, kind: FileKind, most_bytes: int | None) -> Iterator[Path]:
    """The file, or an unpacked copy of it or its beginning."""
    if not kind.compression and most_bytes is None:
        yield file
        return
    with tempfile.TemporaryDirectory() as folder:
        plain = Path(folder, "rows.json")
        write_text(file, kind.compression, "", plain, most_bytes)
        yield plain


def _rows(
    connection: duckdb.DuckDBPyConnection, file: Path, *, is_json: bool
) -> duckdb.DuckDBPyRelation:
    """The rows of a file as one column `row`, an object each.

    Raises:
        LogSourceError: it has values other than objects.
    """
    files = literal_paths([file])
    if not is_json:
        return connection.sql(
            'select file as "row" from read_parquet($files, hive_partitioning = false)'
            " as file",
            params={"files": files},
        )
    objects = f"read_json_objects($files, maximum_object_size = {2**28})"
    found = connection.execute(
        f"select json_group_structure(json) from {objects}", {"files": files}
    ).fetchone()
    structure = json.loads(found[0]) if found and found[0] else None
    if not isinstance(structure, dict):
        raise LogSourceError(
            f"{file} has no JSON objects: expected rows such as"
            ' {"user": 7, "item": 12, "time": "2023-01-31"}'
        )
    # Times, and values of several types, stay as they are written.
    return connection.sql(
        f'select from_json(json, $structure) as "row" from {objects}',
        params={"files": files, "structure": json.dumps(_plain(structure))},
    )


def _plain(structure: Any) -> Any:
    """A structure of JSON values, in which values of several types and none are texts."""
    if isinstance(structure, dict):
        return {name: _plain(value) for name, value in structure.items()}
    if isinstance(structure, list):
        return [_plain(value) for value in structure]
    return "VARCHAR" if structure in ("JSON", "NULL") else structure


def _without_objects(
    file: Path, rows: duckdb.DuckDBPyRelation, unnest: str | None
) -> duckdb.DuckDBPyRelation:
    """One column for each field, and one row for each element of a list.

    Raises:
        LogSourceError: two fields have one name.
    """
    fields = _fields('"row"', "", rows.types[0])
    listed = next(
        (field for field in fields if field.path == unnest and field.is_list), None
    )
    if listed:
        column = listed.expression
        rows = rows.select(
            f'"row", unnest(case when len({column}) > 0 then {column} else [null] end)'
            " as element"
        )
        fields.remove(listed)
        fields += _fields("element", listed.path, rows.types[1])
    names = Counter(field.path.lower() for field in fields)
    alike = [field.path for field in fields if names[field.path.lower()] > 1]
    if alike:
        raise LogSourceError(
            f"{file} has two fields named {alike[0]} (upper and lower case do not matter):"
            " rename one of them."
        )
    return rows.select(
        ", ".join(f"{field.plain} as {_quoted(field.path)}" for field in fields)
    )


@dataclass(frozen=True)
class _Field:
    """A field of a row.

    Attributes:
        path: its name, after those of the objects that it is in.
        expression: SQL of its value.
    """

    path: str
    expression: str
    type_: Any

    @property
    def is_list(self) -> bool:
        return self.type_.id in ("list", "array")

    @property
    def plain(self) -> str:
        """SQL of the value; JSON text where it has parts."""
        has_parts = self.is_list or self.type_.id in ("map", "union")
        return f"cast(to_json({self.expression}) as text)" if has_parts else self.expression


def _fields(expression: str, path: str, type_: Any) -> list[_Field]:
    """The fields of a value, and of the objects in it."""
    if type_.id != "struct":
        return [_Field(path, expression, type_)]
    return [
        field
        for name, child in type_.children
        for field in _fields(
            f"struct_extract({expression}, {_literal(name)})",
            f"{path}.{name}" if path else name,
            child,
        )
    ]


def _quoted(name: str) -> str:
    return '"{}"'.format(name.replace('"', '""'))


def _literal(text: str) -> str:
    return "'{}'".format(text.replace("'", "''"))
