"""Tables are renamed and dropped as by dbt's own macros."""

import inspect
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from dbt.adapters.duckdb.impl import DuckDBAdapter
from dbt.adapters.duckdb.relation import DuckDBRelation
from dbt.adapters.exceptions import RelationTypeNullError
from dbt.include import duckdb as duckdb_macros
from dbt_common.clients.jinja import get_template

from scripts.build.faster_dbt import tables

# What is replaced. A name that dbt no longer has fails here.
REPLACED = ("rename_relation", "drop_relation")


@pytest.fixture(autouse=True)
def dbt_stays_as_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in REPLACED:
        part = inspect.getattr_static(DuckDBAdapter, name)
        monkeypatch.setattr(DuckDBAdapter, name, part)


@pytest.mark.parametrize("kind", ["table", "view"])
def test_tables_are_renamed_and_dropped_by_the_same_statements(kind: str) -> None:
    """The statements are those of the adapter's macros; the cache learns of both."""
    old, new = (
        DuckDBRelation.create(database="d", schema="s", identifier=name, type=kind)
        for name in ("old", "new")
    )
    macros = Path(duckdb_macros.__file__).parent / "macros" / "adapters.sql"
    text = macros.read_text(encoding="utf-8")

    def as_dbt_does(macro: str, **names: Any) -> tuple[str, bool]:
        body = text.split("{% macro duckdb__" + macro)[1].split("{%- endmacro")[0]
        body = body.split("endmacro")[0]
        source = "{% macro duckdb__" + macro + body.rsplit("{%", 1)[0] + "{% endmacro %}"
        said: list[tuple[str, bool]] = []

        def statement(_: str, auto_begin: bool = True, *, caller: Any) -> str:
            said.append((" ".join(caller().split()), auto_begin))
            return ""

        context = {"adapter": adapter, "statement": statement}
        module = get_template(source, context).make_module(context)
        getattr(module, f"dbt_macro__duckdb__{macro}")(**names)
        return said[0]

    done: list[Any] = []
    adapter: Any = SimpleNamespace(
        cache_renamed=lambda *relations: done.append(relations),
        cache_dropped=lambda *relations: done.append(relations),
        quote_as_configured=lambda name, _: f'"{name}"',
        is_ducklake=lambda _: False,
        execute=lambda sql, auto_begin=False: done.append((sql, auto_begin)),
    )
    tables.rename_and_drop_directly()
    DuckDBAdapter.rename_relation(adapter, old, new)
    DuckDBAdapter.drop_relation(adapter, new)
    assert done == [
        (old, new),
        as_dbt_does("rename_relation", from_relation=old, to_relation=new),
        (new,),
        as_dbt_does("drop_relation", relation=new),
    ]
    assert done[1] == (f'alter {kind} "d"."s"."old" rename to "new"', True)


def test_a_table_without_a_type_is_refused_as_by_dbt() -> None:
    tables.rename_and_drop_directly()
    relation = DuckDBRelation.create(database="d", schema="s", identifier="one")
    with pytest.raises(RelationTypeNullError):
        DuckDBAdapter.drop_relation(SimpleNamespace(), relation)  # type: ignore[arg-type]


def test_a_dbt_with_other_names_works_as_it_comes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(DuckDBAdapter, "is_ducklake")
    as_dbt_does = [getattr(DuckDBAdapter, name) for name in REPLACED]
    tables.rename_and_drop_directly()
    assert [getattr(DuckDBAdapter, name) for name in REPLACED] == as_dbt_does
