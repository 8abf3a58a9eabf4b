"""Ids in Parquet columns whose type cannot hold them, found before dbt starts.

A customer whose id has lost digits looks like another one, so such a log is refused as a
whole. The macro `id_text` reads the columns that pass.
"""

import re
from pathlib import Path

import duckdb

from scripts.build.log_source import LogSourceError
from scripts.build_folder import literal_paths

# From here on, a floating point type skips whole numbers.
LIMITS = {"FLOAT": 2**24, "DOUBLE": 2**53}
NESTED = re.compile(r"(STRUCT|MAP|UNION)\(.*|.*\]", re.DOTALL)


def check_id_type(files: list[str], our_name: str, column: str, type_: str) -> None:
    """See that a column of Parquet files can hold ids.

    Args:
        files: Parquet files.
        our_name: our name of the column, such as customer_id.
        column: its name in the files.
        type_: the type that the files have together.

    Raises:
        LogSourceError: it is nested, or a floating point type that is too short.
    """
    if NESTED.fullmatch(type_):
        raise LogSourceError(
            f"{files[0]}: column {column} for {our_name} is a {shortened(type_)}, which is"
            " no id: expected whole numbers or text. Name another column in the mapping, or"
            f" a part of it (expressions: {{{our_name}: ...}})."
        )
    with duckdb.connect() as connection:
        for some_files, own_type in _floating(connection, files, column, type_):
            _check_floats(connection, some_files, our_name, column, own_type)


def _floating(
    connection: duckdb.DuckDBPyConnection, files: list[str], column: str, type_: str
) -> list[tuple[list[str], str]]:
    """The files whose column is a floating point number, by type.

    Files of one log may have several types, which are read as one: all are judged by that
    one too.
    """
    if type_ not in LIMITS:
        return []
    own = connection.execute(
        "select file_name from parquet_schema($files)"
        " where name = $column and type = 'FLOAT' order by 1",
        {"files": literal_paths(map(Path, files)), "column": column},
    ).fetchall()
    short = [row[0] for row in own] if type_ == "DOUBLE" else []
    return [(files, type_), *([(short, "FLOAT")] if short else [])]


def _check_floats(
    connection: duckdb.DuckDBPyConnection,
    files: list[str],
    our_name: str,
    column: str,
    type_: str,
) -> None:
    """See that no id is so large that its type cannot tell it from the next.

    Raises:
        LogSourceError: one is.
    """
    limit = LIMITS[type_]
    name = '"{}"'.format(column.replace('"', '""'))
    row = connection.execute(
        f"select count(*), min({name}) from read_parquet($files, union_by_name = true,"
        " hive_partitioning = false)"
        f" where not isnan({name}) and abs({name}) >= {limit}",
        {"files": literal_paths(map(Path, files))},
    ).fetchone()
    count, example = row or (0, 0)
    if count:
        raise LogSourceError(
            f"{files[0]}: column {column} for {our_name} is a {type_}, which cannot tell"
            f" whole numbers from {limit:,} on from each other, and {count:,} of its values"
            f" are that large (such as {example:,.0f}): several {our_name.split('_')[0]}s"
            " would become one. Write the ids as whole numbers or as text."
        )


def shortened(text: str, most: int = 100) -> str:
    """A text of at most so many characters."""
    return text if len(text) <= most else f"{text[: most - 3]}..."
