"""A copy of a JSON or Parquet file: Parquet with plain columns.

A field of an object becomes a column named by its path, such as `user.id`. Lists become
JSON texts; of one, each element can become a row.
"""

import codecs
import contextlib
import json
import re
import tempfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb

from scripts.build.copied_text import write_text
from scripts.build.file_kinds import FileKind, open_unpacked
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
            is_json = kind.content.startswith("JSON")
            _rows(connection, plain, unnest, is_json=is_json).write_parquet(str(copy))
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
    with open_unpacked(file, kind.compression) as stream:
        has_mark = stream.read(len(codecs.BOM_UTF8)) == codecs.BOM_UTF8
    if not kind.compression and not has_mark and most_bytes is None:
        yield file
        return
    with tempfile.TemporaryDirectory() as folder:
        plain = Path(folder, "rows.json")
        # DuckDB takes the mark of UTF-8 for a value.
        encoding = "utf-8-sig" if has_mark else ""
        write_text(file, kind.compression, encoding, plain, most_bytes)
        yield plain


def _rows(
    connection: duckdb.DuckDBPyConnection, file: Path, unnest: str | None, *, is_json: bool
) -> duckdb.DuckDBPyRelation:
    """The rows of a file, with a column for each field.

    Raises:
        LogSourceError: it has values other than objects, or fields that cannot be told
            apart.
    """
    files = literal_paths([file])
    if not is_json:
        rows = connection.sql(
            'select file as "row" from read_parquet($files, hive_partitioning = false)'
            " as file",
            params={"files": files},
        )
        return _without_objects(rows, unnest)
    objects = f"read_json_objects($files, maximum_object_size = {2**28})"
    found = connection.execute(
        f"select json_group_structure(json) from {objects}", {"files": files}
    ).fetchone()
    structure = _Structure(json.loads(found[0]) if found and found[0] else None, unnest)
    if not isinstance(structure.plain, dict):
        raise LogSourceError(
            f"{file} has no JSON objects: expected rows such as"
            ' {"user": 7, "item": 12, "time": "2023-01-31"}'
        )
    rows = connection.sql(
        f'select json, from_json(json, $structure) as "row" from {objects}',
        params={"files": files, "structure": json.dumps(structure.plain)},
    )
    return _without_objects(rows, unnest, structure.alike)


class _Structure:
    """The structure of JSON objects, as their fields are read.

    Whole numbers of 64 bits and truth values have a type. Everything else is text as it is
    written, lists too but for the one that is unnested.

    Attributes:
        plain: in DuckDB's form: types by name.
        alike: fields whose name another field has in another case, which `plain` leaves
            out, because columns do not tell them apart.
    """

    def __init__(self, found: Any, unnest: str | None) -> None:
        self.unnest = unnest
        self.alike: list[tuple[str, ...]] = []
        self.plain = self._plain(found, ())

    def _plain(self, found: Any, path: tuple[str, ...]) -> Any:
        if isinstance(found, dict):
            return self._fields(found, path)
        if isinstance(found, list):
            # JSON is a text here, as the file has it.
            is_unnested = ".".join(path) == self.unnest
            return [self._plain(one, path) for one in found] if is_unnested else "JSON"
        # Of a fraction or a very large number, a type of numbers would keep some digits.
        return "VARCHAR" if found in ("JSON", "NULL", "DOUBLE") else found

    def _fields(self, found: dict[str, Any], path: tuple[str, ...]) -> dict[str, Any]:
        fields: dict[str, Any] = {}
        for name, value in found.items():
            if name.lower() not in map(str.lower, fields):
                fields[name] = self._plain(value, (*path, name))
                continue
            if self.unnest and ".".join((*path, name)).startswith(f"{self.unnest}."):
                raise LogSourceError(
                    f"Elements of {self.unnest} have two fields named {name} (upper and"
                    " lower case do not matter): rename one of them."
                )
            self.alike.append((*path, name))
        return fields


def _without_objects(
    rows: duckdb.DuckDBPyRelation,
    unnest: str | None,
    alike: Iterable[tuple[str, ...]] = (),
) -> duckdb.DuckDBPyRelation:
    """One column for each field, and one row for each element of a list.

    Args:
        rows: an object each, in the column `row`; of JSON its text too.
        alike: fields that only the text has; their columns end in `_2`.
    """
    place = rows.columns.index("row")
    fields = _fields('"row"', "", rows.types[place])
    for path in alike:
        inner = "".join(f".{_quoted(name)}" for name in path)
        value = f"json_extract_string(json, {_literal('$' + inner)})"
        fields.append(_Field(f"{'.'.join(path)}_2", value, rows.types[0]))
    listed = next(
        (field for field in fields if field.path == unnest and field.is_list), None
    )
    if listed:
        column = listed.expression
        rows = rows.select(
            f"*, unnest(case when len({column}) > 0 then {column} else [null] end)"
            " as element"
        )
        fields.remove(listed)
        fields += _fields("element", listed.path, rows.types[-1])
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
        if str(self.type_) == "JSON":
            return f"cast({self.expression} as text)"
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
