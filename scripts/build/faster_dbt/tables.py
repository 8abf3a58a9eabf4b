"""Rename and drop tables on DuckDB without dbt's macros, by the same statements.

For each table that is rebuilt, dbt renames two and drops one; a macro takes longer than its
statement.
"""

import contextlib
from typing import Any

# What the new parts call.
USED = ("cache_renamed", "cache_dropped", "quote_as_configured", "is_ducklake", "execute")


def rename_and_drop_directly() -> None:
    """Replace what renames and drops; a dbt with other names works as it comes."""
    with contextlib.suppress(ImportError, AttributeError):
        from dbt.adapters.duckdb.impl import DuckDBAdapter

        adapter_class: Any = DuckDBAdapter
        for name in USED:
            getattr(adapter_class, name)
        drop_relation = adapter_class.drop_relation

        def rename(adapter: Any, from_relation: Any, to_relation: Any) -> None:
            adapter.cache_renamed(from_relation, to_relation)
            name = adapter.quote_as_configured(to_relation.identifier, "identifier")
            adapter.execute(
                f"alter {to_relation.type} {from_relation} rename to {name}",
                auto_begin=True,
            )

        def drop(adapter: Any, relation: Any) -> None:
            if relation.type is None or adapter.is_ducklake(relation):
                drop_relation(adapter, relation)
                return
            adapter.cache_dropped(relation)
            adapter.execute(f"drop {relation.type} if exists {relation} cascade")

        adapter_class.rename_relation = rename
        adapter_class.drop_relation = drop
