"""Contexts that are filled late hold what dbt's own contexts hold."""

from types import SimpleNamespace
from typing import Any

import pytest
from dbt.clients.jinja import MacroStack, get_rendered
from dbt.context import manifest
from dbt.context.base import BaseContext, contextmember, contextproperty
from dbt.context.macros import MacroNamespaceBuilder
from dbt.context.manifest import ManifestContext
from dbt.context.target import TargetContext
from dbt.contracts.graph.manifest import Manifest
from dbt_common.clients.jinja import (
    BaseMacroGenerator,
    MacroFuzzTemplate,
    NativeSandboxTemplate,
    get_template,
)

from scripts.build.faster_dbt import contexts
from scripts.build.faster_dbt.contexts import LateDict

# What is replaced. A name that dbt no longer has fails here.
REPLACED = (
    (Manifest, "build_flat_graph"),
    (BaseContext, "__init__"),
    (ManifestContext, "to_dict"),
    (MacroNamespaceBuilder, "build_namespace"),
    (BaseMacroGenerator, "get_macro"),
    (MacroFuzzTemplate, "new_context"),
    (NativeSandboxTemplate, "new_context"),
)


@pytest.fixture(autouse=True)
def dbt_stays_as_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    for owner, name in REPLACED:
        monkeypatch.setattr(owner, name, getattr(owner, name))


def macro(package: str, name: str) -> Any:
    return SimpleNamespace(package_name=package, name=name, unique_id=f"{package}.{name}")


def test_a_value_is_made_once_when_it_is_looked_up() -> None:
    made = []

    def make(number: int) -> list[int]:
        made.append(number)
        return [number]

    late = LateDict({"one": 1, "two": 2}, {"two": 22, "three": 3}, make=make)
    late["four"] = 4
    assert "six" not in late
    assert "three" in late
    assert "five" not in late
    assert made == []
    late["six"] = 6
    assert "six" in late
    assert late["two"] == [2]
    assert late["two"] is late.get("two")
    assert late.get("five", 5) == 5
    with pytest.raises(KeyError, match="five"):
        late["five"]
    assert made == [2]
    whole = {"one": [1], "two": [2], "three": [3], "four": 4, "six": 6}
    assert dict(late) == whole
    assert made == [2, 1, 3]


@pytest.mark.parametrize(
    "copy",
    [
        dict,
        lambda late: dict(**late),
        lambda late: {} | late,
        lambda late: {name: late[name] for name in late},
        lambda late: dict(zip(late.keys(), late.values(), strict=True)),
        lambda late: dict(late.items()),
        LateDict.copy,
    ],
)
def test_a_copy_is_complete(copy: Any) -> None:
    late = LateDict({"one": 1}, {"two": 2})
    assert copy(late) == {"one": 1, "two": 2}
    assert len(LateDict({"one": 1}, {"two": 2})) == 2
    assert LateDict({"one": 1})
    assert not LateDict({})


class ExampleContext(ManifestContext):
    """A context with a member of each kind, and a macro that hides one of dbt's."""

    def __init__(self) -> None:
        TargetContext.__init__(self, {"name": "duckdb"}, {"name": "value"})
        self.config: Any = SimpleNamespace(
            project_name="example", load_dependencies=lambda: self.made.append("loaded")
        )
        self.macro_stack = MacroStack()
        self.namespace: Any = {"a_macro": "macro", "dbt_version": "hidden"}
        self.made: list[str] = []

    @contextproperty()
    def costly(self) -> str:
        self.made.append("costly")
        return "made"

    @contextmember()
    def add_one(self, number: int) -> int:
        return number + 1


def test_a_context_holds_the_same() -> None:
    as_dbt_does = ExampleContext().to_dict()
    contexts.make_contexts_late()
    example = ExampleContext()
    context = example.to_dict()
    assert context["add_one"](1) == as_dbt_does["add_one"](1) == 2
    assert context["context"] is context
    assert example.made == ["loaded"]
    assert context["costly"] == as_dbt_does["costly"] == "made"
    assert context["dbt_version"] == as_dbt_does["dbt_version"] == "hidden"
    assert context["builtins"]["dbt_version"] == as_dbt_does["builtins"]["dbt_version"]
    assert set(context["builtins"]) == set(as_dbt_does["builtins"])
    assert set(context) == set(as_dbt_does)
    assert len(context) > 20


def test_an_argument_is_rendered_without_a_copy_of_its_context() -> None:
    texts = ("{{ numbers }}", "{{ 3 }}", "a {{ numbers }}", "{{ numbers | length }}")

    def values(context: Any) -> list[Any]:
        return [get_rendered(text, context, native=True) for text in texts]

    as_dbt_does = values({"numbers": [1, 2]})
    contexts.make_contexts_late()
    context = LateDict({"numbers": [1, 2], "unread": "never made"})
    assert values(context) == as_dbt_does
    assert as_dbt_does[0] == [1, 2]
    # Without a look at `keys` of the context itself, which would make the rest.
    assert dict.keys(context) == {"numbers"}


@pytest.mark.parametrize("package", ["project", "hub", "dbt"])
def test_a_name_finds_the_same_macro(package: str) -> None:
    names = {
        "project": ["one", "ours", "theirs"],
        "hub": ["two", "ours", "dispatched"],
        "dbt_duckdb": ["three", "theirs", "dispatched", "inner"],
        "dbt": ["four", "dispatched", "inner"],
    }
    macros = {
        owner: {name: macro(owner, name) for name in found}
        for owner, found in names.items()
    }
    context: dict[str, Any] = {}

    def found() -> tuple[dict[str, Any], list[Any]]:
        builder = MacroNamespaceBuilder(
            "project", package, MacroStack(), ["dbt_duckdb", "dbt"], None
        )
        namespace = builder.build_namespace(macros, context)
        by_name = {
            name: {inner: one.macro for inner, one in member.items()}
            if isinstance(member, dict)
            else member.macro
            for name, member in namespace.items()
        }
        bound = namespace["inner"]
        assert bound.context is context
        assert bound.stack is builder.thread_ctx
        by_package = [
            getattr(namespace.get_from_package(owner, name), "macro", None)
            for owner in (None, "project", "hub", "dbt")
            for name in ("ours", "dispatched", "missing")
        ]
        return by_name, by_package

    as_dbt_does = found()
    contexts.make_contexts_late()
    assert found() == as_dbt_does
    assert len(as_dbt_does[0]) > 8


@pytest.mark.parametrize(
    ("owner", "name"),
    [
        (MacroNamespaceBuilder, "build_namespace"),
        (BaseMacroGenerator, "get_macro"),
        (manifest, "ManifestContext"),
    ],
)
def test_a_dbt_with_other_names_works_as_it_comes(
    owner: Any, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delattr(owner, name)
    others = {other: getattr(*other) for other in REPLACED if hasattr(*other)}
    contexts.make_contexts_late()
    assert {other: getattr(*other) for other in others} == others


def test_a_macro_is_made_once_and_sees_its_context() -> None:
    class Generator(BaseMacroGenerator):
        def get_name(self) -> str:
            return "greeting"

        def get_template(self) -> Any:
            made.append("template")
            text = "{% macro greeting(name) %}{{ word }} {{ name }}{% endmacro %}"
            return get_template(text, {})

    made: list[str] = []

    def greetings() -> list[str]:
        context = {"word": "Good"}
        generator = Generator(context)
        first = generator.call_macro("morning")
        context["word"] = "Bad"
        return [first, generator.call_macro("evening"), Generator({}).call_macro("day")]

    as_dbt_does = greetings()
    assert len(made) == 3
    contexts.make_contexts_late()
    assert greetings() == as_dbt_does
    assert len(made) == 5


def test_the_graph_holds_the_same() -> None:
    source = SimpleNamespace(to_dict=lambda **options: {"name": "log"} | options)

    def graph() -> Any:
        made = Manifest(sources={"source.log": source})  # type: ignore[dict-item]
        made.build_flat_graph()  # type: ignore[no-untyped-call]
        return made.flat_graph

    as_dbt_does = graph()
    contexts.make_contexts_late()
    late = graph()
    assert dict.keys(late) == set()
    assert late["sources"] == {"source.log": {"name": "log", "omit_none": False}}
    assert late["nodes"] == {}
    assert dict(late) == as_dbt_does
