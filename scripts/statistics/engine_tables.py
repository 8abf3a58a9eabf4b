"""How a Python model takes its tables from either engine, and gives one back."""

from typing import Any

import pyarrow


def arrow_table(relation: Any) -> pyarrow.Table:
    """What `dbt.ref` gives, as an Arrow table: a relation of DuckDB or a frame of Spark."""
    if hasattr(relation, "to_arrow_table"):
        return relation.to_arrow_table()
    return relation.toArrow()


def engine_table(session: Any, table: pyarrow.Table) -> Any:
    """An Arrow table as the model has to return it: Spark wants a frame of its session."""
    if hasattr(session, "createDataFrame"):
        # In one piece: after two empty ones Spark takes no other (4.3).
        return session.createDataFrame(table.combine_chunks())
    return table


def table_of(rows: list[dict[str, Any]], schema: pyarrow.Schema) -> pyarrow.Table:
    """Rows as an Arrow table; without any, pandas is not loaded, which takes a second."""
    return pyarrow.Table.from_pylist(rows, schema) if rows else schema.empty_table()
