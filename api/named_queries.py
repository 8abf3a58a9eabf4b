"""The queries of the API by name, and the forms in which answers are read."""

from pathlib import Path
from typing import Any

import duckdb

from api.opt_outs import NOTED
from api.query_pool import Read

QUERIES = Path(__file__).with_name("queries")
# Of releases of format 1, by the same names.
EARLIER = QUERIES / "earlier"


def read_queries(folder: Path = QUERIES, noted: str = NOTED) -> dict[str, str]:
    """The SQL of each question: the files of a folder, by name.

    Args:
        folder: with the files.
        noted: the database with the customers who have opted out.
    """
    return {
        file.stem: file.read_text(encoding="utf-8").replace(f"{NOTED}.", f"{noted}.")
        for file in folder.glob("*.sql")
    }


def as_rows(query: str, parameters: dict[str, object]) -> Read[list[tuple[Any, ...]]]:
    """Reads the answer as tuples."""
    return lambda cursor: cursor.execute(query, parameters or None).fetchall()


def as_records(query: str, parameters: dict[str, object]) -> Read[list[dict[str, Any]]]:
    """Reads the answer as a dictionary per row."""

    def read(cursor: duckdb.DuckDBPyConnection) -> list[dict[str, Any]]:
        answer = cursor.execute(query, parameters or None)
        names = [column[0] for column in answer.description or []]
        return [dict(zip(names, row, strict=True)) for row in answer.fetchall()]

    return read


def as_arrow(query: str, parameters: dict[str, object]) -> Read[Any]:
    """Reads the answer as a pyarrow table."""
    return lambda cursor: cursor.execute(query, parameters or None).to_arrow_table()
