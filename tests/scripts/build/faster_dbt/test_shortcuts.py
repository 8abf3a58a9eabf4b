"""The shortcuts replace parts of dbt that exist, and change nothing but the time."""

import inspect
import json
from datetime import date
from decimal import Decimal
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from dbt import compilation
from dbt.adapters.base import BaseAdapter
from dbt.adapters.base.relation import BaseRelation
from dbt.adapters.events.types import SQLQuery
from dbt.adapters.exceptions import ApproximateMatchError
from dbt.contracts.graph.nodes import InjectedCTE
from dbt.contracts.project import Project
from dbt_common.behavior_flags import BehaviorFlagRendered
from dbt_common.clients import agate_helper
from dbt_common.clients.jinja import MacroFuzzEnvironment, get_template
from dbt_common.dataclass_schema import ValidationError, dbtClassMixin
from dbt_common.events.base_types import DebugLevel
from dbt_common.events.event_manager import EventManager

from scripts.build.faster_dbt import shortcuts

# What the shortcuts replace. A name that dbt no longer has fails here.
REPLACED = (
    (DebugLevel, "__init__"),
    (DebugLevel, "__getattr__"),
    (EventManager, "fire_event"),
    (BaseAdapter, "set_macro_context_generator"),
    (MacroFuzzEnvironment, "compile"),
    (dbtClassMixin, "json_schema"),
    (agate_helper, "build_type_tester"),
    (agate_helper, "empty_table"),
    (BaseAdapter, "_make_match"),
    (compilation, "inject_ctes_into_sql"),
    (BehaviorFlagRendered, "_default_source"),
)


@pytest.fixture(autouse=True)
def dbt_stays_as_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    for owner, name in REPLACED:
        monkeypatch.setattr(owner, name, inspect.getattr_static(owner, name))


def test_a_debug_event_is_read_only_by_a_logger() -> None:
    shortcuts.drop_debug_events()
    manager, heard = EventManager(), []
    manager.add_callback(heard.append)
    event = SQLQuery(conn_name="main", sql="select 1")
    manager.fire_event(event)
    assert heard == []
    assert "pb_msg" not in vars(event)
    manager.loggers.append(SimpleNamespace(filter=lambda _: False))  # type: ignore[arg-type]
    manager.fire_event(event)
    (message,) = heard
    assert (message.data.sql, message.info.level) == ("select 1", "debug")
    assert "select 1" in message.info.msg


def macro(package: str, name: str) -> Any:
    return SimpleNamespace(package_name=package, name=name, unique_id=f"{package}.{name}")


def test_only_macros_of_tables_share_a_context() -> None:
    shortcuts.share_contexts_of_tables()
    adapter = SimpleNamespace()
    BaseAdapter.set_macro_context_generator(adapter, lambda macro, *_: [macro.name])  # type: ignore[arg-type, return-value]
    generate: Any = adapter._macro_context_generator
    for name in shortcuts.MACROS_OF_TABLES:
        assert generate(macro("dbt", name), None) is generate(macro("dbt", name), None)
    model = macro("dbt", "create_schema")
    assert generate(model, None) == ["create_schema"]
    assert generate(model, None) is not generate(model, None)


def test_the_adapter_has_the_macros_that_share_a_context() -> None:
    from dbt.adapters.sql import impl

    used = {impl.RENAME_RELATION_MACRO_NAME, impl.DROP_RELATION_MACRO_NAME}
    used.add(impl.GET_COLUMNS_IN_RELATION_MACRO_NAME)
    assert used == shortcuts.MACROS_OF_TABLES


def test_results_have_the_same_types() -> None:
    rows = [
        {
            "id": 1,
            "name": "007",
            "share": Decimal("0.5"),
            "day": date(2023, 4, 3),
            "no": None,
        },
        {"id": 2, "name": "null", "share": None, "day": None, "no": None},
    ]

    def found() -> list[Any]:
        tables = [
            agate_helper.table_from_data_flat(rows, list(rows[0])),
            agate_helper.table_from_data_flat(rows, ["name", "id"]),
            agate_helper.table_from_data_flat(rows[1:], ["no", "name"]),
        ]
        return [
            (table.column_names, [type(kind) for kind in table.column_types], row.values())
            for table in tables
            for row in table.rows
        ]

    as_dbt_does = found()
    shortcuts.share_type_testers()
    assert agate_helper.build_type_tester(["a"]) is agate_helper.build_type_tester(["a"])
    assert found() == found() == as_dbt_does


def test_a_template_is_compiled_once(tmp_path: Path) -> None:
    compiled = []
    compile_template = MacroFuzzEnvironment.compile

    def noted(environment: Any, source: str) -> Any:
        compiled.append(source)
        return compile_template(environment, source)

    MacroFuzzEnvironment.compile = noted  # type: ignore[assignment]
    file = tmp_path / "parsed" / "a.templates"

    def render() -> list[Any]:
        with shortcuts.keep_compiled_templates(file):
            return [
                get_template("{{ n }}", {}, native=is_native).render({"n": 1})
                for is_native in (False, True)
            ]

    assert render() == render() == ["1", 1]
    assert compiled == ["{{ n }}", "{{ n }}"], "once as text, once as a value"
    file.write_bytes(file.read_bytes()[:50])
    assert render() == ["1", 1]
    assert len(compiled) == 4


def test_a_schema_is_made_once_and_refuses_the_same(tmp_path: Path) -> None:
    file = tmp_path / "a.templates"

    def refused(data: Any) -> str:
        with pytest.raises(ValidationError) as error:
            Project.validate(data)
        return str(error.value.message)

    wrong: list[Any] = [{}, {"name": 3}, {"name": "one", "clean-targets": "target"}]
    as_dbt_does = [refused(data) for data in wrong]
    schemas = []
    for _ in range(2):
        with shortcuts.keep_compiled_templates(file):
            assert [refused(data) for data in wrong] == as_dbt_does
            schemas.append(Project.json_schema())
    assert schemas[0] == schemas[1] == json.loads(json.dumps(Project.json_schema()))
    assert schemas[1] is not Project.json_schema()


def test_templates_of_another_version_are_compiled_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "a.templates"
    with shortcuts.keep_compiled_templates(file):
        get_template("{{ 1 }}", {})
    written = file.read_bytes()
    monkeypatch.setattr(shortcuts, "version", lambda _: "0.0")
    with shortcuts.keep_compiled_templates(file):
        get_template("{{ 1 }}", {})
    assert file.read_bytes() != written


def test_a_dbt_with_other_names_works_as_it_comes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delattr("dbt_common.clients.jinja.MacroFuzzEnvironment")
    monkeypatch.delattr("dbt_common.events.base_types.DebugLevel")
    with shortcuts.shortcuts(tmp_path / "a.templates"):
        reached = True
    assert reached


def test_statements_share_an_empty_result() -> None:
    as_dbt_does = agate_helper.empty_table()
    shortcuts.share_empty_table()
    empty = agate_helper.empty_table()
    assert empty is agate_helper.empty_table()
    assert (len(empty.rows), len(empty.columns)) == (0, 0)
    assert agate_helper.as_matrix(empty) == agate_helper.as_matrix(as_dbt_does) == []


@pytest.mark.parametrize(
    ("name", "found"),
    [
        ("one", [("s", "one")]),
        ("One", "approximate match"),
        ("two", [("s", "two")]),
        ("three", []),
        (None, [("s", "one"), ("s", "two")]),
    ],
)
def test_a_name_matches_the_same_relations(name: str | None, found: Any) -> None:
    relations = [
        BaseRelation.create(database="d", schema=schema, identifier=identifier)
        for schema, identifier in (("s", "one"), ("s", "two"), ("other", "one"))
    ]
    adapter: Any = SimpleNamespace(
        _make_match_kwargs=lambda database, schema, identifier: {
            "database": database,
            "schema": schema,
            "identifier": identifier,
        }
    )

    def matches() -> Any:
        try:
            matched = BaseAdapter._make_match(adapter, relations, "d", "s", name)  # type: ignore[arg-type]
        except ApproximateMatchError:
            return "approximate match"
        return [(relation.schema, relation.identifier) for relation in matched]

    assert matches() == found
    shortcuts.match_relations_by_name()
    assert matches() == found


@pytest.mark.parametrize(
    "query",
    [
        "with one as (select 1) select * from one",
        "\n\n  WITH\n one as (select 'with' as with_text) -- text\nselect * from one\n",
        "with recursive one as (select 1) select * from one",
        "-- text\nwith one as (select 1) select * from one",
        "-- one\n\n  -- two\nwith one as (select 1) select * from one",
        "with -- text\none as (select 1) select * from one",
        "/* text */ with one as (select 1) select * from one",
        "with one as (select ';') select * from one",
        "\n select 1 from (with one as (select 1) select * from one) as two\n",
        "\n\n  select 1\n  from one -- text\n",
        "-- text\nselect 1",
        "from one",
        "select 1 as without",
        "within_days",
    ],
)
@pytest.mark.parametrize("names", [[], ["a"], ["a", "b"]])
def test_ephemeral_models_stand_at_the_same_place(query: str, names: list[str]) -> None:
    ctes = [InjectedCTE(id=name, sql=f" {name} as (\nselect 2\n)") for name in names]
    as_dbt_does = compilation.inject_ctes_into_sql(query, ctes)
    shortcuts.add_ephemeral_models_quickly()
    assert compilation.inject_ctes_into_sql(query, ctes) == as_dbt_does
    assert (" a as (" in as_dbt_does) == bool(names)


def test_a_flag_names_the_same_module() -> None:
    flag: Any = {"name": "a_flag", "default": False, "description": "text"}

    def source() -> str:
        return str(BehaviorFlagRendered(flag, {})._behavior_change_event.flag_source)

    as_dbt_does = source()
    shortcuts.name_module_quickly()
    assert source() == as_dbt_does == __name__
