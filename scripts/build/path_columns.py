"""Columns that the paths of files give, from folders called `name=value`."""

from pathlib import Path

import duckdb

from scripts.build_folder import literal_paths


def columns_of_paths(
    connection: duckdb.DuckDBPyConnection, files: list[str]
) -> dict[str, str]:
    """Name and type of the columns in paths, as the macro `path_keys` finds them.

    DuckDB names those that all paths have, and looks into no file for it.
    """
    if not any("=" in file for file in files):
        return {}
    described = connection.execute(
        "describe select * from read_csv(?, auto_detect = false,"
        " columns = {'_of_a_file': 'VARCHAR'})",
        [literal_paths(Path(file) for file in files)],
    )
    types = {row[0]: row[1].upper() for row in described.fetchall()}
    return {name: type_ for name, type_ in types.items() if name != "_of_a_file"}
