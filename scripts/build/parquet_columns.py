"""Names and types of the columns of Parquet files."""

from pathlib import Path

import duckdb

from scripts.build_folder import literal_paths


def types_in_parquet(
    connection: duckdb.DuckDBPyConnection, files: list[str]
) -> dict[str, str]:
    """Name and type of the columns that files have together."""
    described = connection.execute(
        "describe select * from read_parquet(?, union_by_name = true,"
        " hive_partitioning = false)",
        [literal_paths(map(Path, files))],
    ).fetchall()
    return {row[0]: row[1].upper() for row in described}


def names_in_parquet(files: list[str]) -> list[str]:
    """The names as one of the files has them, if possible one with two alike."""
    with duckdb.connect() as connection:
        rows = connection.execute(
            "select file_name, name, coalesce(num_children, 0) from parquet_schema(?)",
            [literal_paths(map(Path, files))],
        ).fetchall()
    by_file: dict[str, list[str]] = {}
    pending = 0  # Parts of the nested column that came last.
    for file, name, children in rows:
        if file not in by_file:
            by_file[file] = []  # The first one stands for the whole file.
            continue
        if not pending:
            by_file[file].append(name)
        pending = max(pending - 1, 0) + children
    alike = (one for one in by_file.values() if len({*map(str.lower, one)}) < len(one))
    return next(alike, by_file[rows[0][0]])
