"""Small parts of dbt: debug events, results, look-ups of tables, compiled templates."""

import contextlib
import functools
import hashlib
import json
import marshal
import os
import re
import sys
import threading
from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path
from typing import Any

# Macros that the adapter calls for each table, outside of the context of a model.
MACROS_OF_TABLES = {"rename_relation", "drop_relation", "get_columns_in_relation"}
# After comments. Not of a recursive one, which dbt treats apart.
BEGIN_OF_QUERY = re.compile(
    r"(?:\s|--[^\n]*\n)*with\s+(?!recursive\b|--|/\*)", re.IGNORECASE
)
# Of a query that has no `with` at all.
BEGIN_OF_SELECT = re.compile(r"\s*(?=select\b(?!.*\bwith\b))", re.IGNORECASE | re.DOTALL)
# What decides the code of a template, besides its text, and the schema of a class.
COMPILERS = ("jinja2", "dbt-core", "dbt-common", "dbt-duckdb", "mashumaro")
# The packages of the classes whose schemas are kept.
WITH_SCHEMAS = ("dbt.contracts.", "dbt.artifacts.", "dbt.adapters.duckdb.", "dbt_common.")


@contextlib.contextmanager
def shortcuts(templates: Path) -> Iterator[None]:
    """Replace the slow parts of dbt in this process.

    Args:
        templates: file for compiled templates and schemas of earlier runs and later ones.
    """
    for shortcut in (
        drop_debug_events,
        share_contexts_of_tables,
        share_type_testers,
        share_empty_table,
        match_relations_by_name,
        add_ephemeral_models_quickly,
        name_module_quickly,
    ):
        with contextlib.suppress(ImportError, AttributeError):
            shortcut()
    with contextlib.ExitStack() as running:
        with contextlib.suppress(ImportError, AttributeError, KeyError):
            running.enter_context(keep_compiled_templates(templates))
        yield


def drop_debug_events() -> None:
    """Make the message of a debug event only if something reads it.

    Dbt makes the messages of several events for every statement, and then drops them.
    """
    from dbt_common.events.base_types import BaseEvent, DebugLevel
    from dbt_common.events.event_manager import EventManager

    fire_event = EventManager.fire_event

    def keep_fields(event: Any, *arguments: Any, **fields: Any) -> None:
        object.__setattr__(event, "unread", (arguments, fields))

    def read(event: Any, name: str) -> Any:
        if "pb_msg" not in vars(event):
            arguments, fields = vars(event)["unread"]
            BaseEvent.__init__(event, *arguments, **fields)
        return event.pb_msg if name == "pb_msg" else getattr(event.pb_msg, name)

    def fire(manager: Any, e: Any, level: Any = None, *others: Any, **options: Any) -> None:
        if manager.loggers or level is not None or not isinstance(e, DebugLevel):
            fire_event(manager, e, level, *others, **options)

    _replace(DebugLevel, __init__=keep_fields, __getattr__=read)
    _replace(EventManager, fire_event=fire)


def share_contexts_of_tables() -> None:
    """Make the context of a macro that the adapter calls for each table once per thread."""
    from dbt.adapters.base.impl import BaseAdapter

    set_generator = BaseAdapter.set_macro_context_generator

    def set_sharing_generator(adapter: Any, generate: Any) -> None:
        made = threading.local()

        def generate_or_share(macro: Any, *arguments: Any) -> Any:
            if macro.name not in MACROS_OF_TABLES:
                return generate(macro, *arguments)
            if macro.name not in vars(made):
                vars(made)[macro.name] = generate(macro, *arguments)
            return vars(made)[macro.name]

        set_generator(adapter, generate_or_share)  # type: ignore[arg-type]

    _replace(BaseAdapter, set_macro_context_generator=set_sharing_generator)


def share_type_testers() -> None:
    """Make what finds the types of columns once for all results with such columns.

    Each makes two parsers of dates, which takes longer than the result.
    """
    from dbt_common.clients import agate_helper

    make = functools.cache(agate_helper.build_type_tester)

    def share(text_columns: Any, string_null_values: Any = ("null", "")) -> Any:
        return make(tuple(sorted(text_columns)), tuple(string_null_values))

    _replace(agate_helper, build_type_tester=share)


def share_empty_table() -> None:
    """Make the empty result of a statement once: nothing changes a table of results."""
    from dbt_common.clients import agate_helper

    _replace(agate_helper, empty_table=functools.cache(agate_helper.empty_table))


def match_relations_by_name() -> None:
    """Compare a table that is looked up only with tables of the same name.

    Dbt compares database, schema and name of all tables of the schema.
    """
    from dbt.adapters.base.impl import BaseAdapter

    make_match = BaseAdapter._make_match

    def match(
        adapter: Any, relations: Any, database: Any, schema: Any, identifier: Any
    ) -> Any:
        if isinstance(identifier, str):
            name = identifier.lower().strip('"`')
            relations = [
                relation
                for relation in relations
                if str(relation.identifier).lower().strip('"`') == name
            ]
        return make_match(adapter, relations, database, schema, identifier)

    _replace(BaseAdapter, _make_match=match)


def add_ephemeral_models_quickly() -> None:
    """Put ephemeral models before a query, without parsing it."""
    from dbt import compilation

    inject = compilation.inject_ctes_into_sql

    def inject_quickly(sql: str, ctes: Any) -> str:
        added = ", ".join(cte.sql for cte in ctes)
        if added and ";" not in sql:
            if begin := BEGIN_OF_QUERY.match(sql):
                return f"{begin[0]}{added}, {sql[begin.end() :]}"
            if begin := BEGIN_OF_SELECT.match(sql):
                return f"{begin[0]}with{added} {sql[begin.end() :]}"
        return inject(sql, ctes)

    _replace(compilation, inject_ctes_into_sql=inject_quickly)


def name_module_quickly() -> None:
    """Find the module that asks for a flag without reading the source of all callers."""
    from dbt_common import behavior_flags

    def name_module() -> str:
        frame = sys._getframe(1)
        while frame.f_back and frame.f_globals["__name__"] == behavior_flags.__name__:
            frame = frame.f_back
        return str(frame.f_globals["__name__"])

    flag = behavior_flags.BehaviorFlagRendered
    flag._default_source  # noqa: B018 - fails where dbt has no such part
    _replace(flag, _default_source=staticmethod(name_module))


@contextlib.contextmanager
def keep_compiled_templates(file: Path) -> Iterator[None]:
    """Compile a template, and make a schema of settings, only if no earlier run has."""
    from dbt_common.clients.jinja import MacroFuzzEnvironment
    from dbt_common.dataclass_schema import dbtClassMixin

    compilers = (sys.version, *(version(name) for name in COMPILERS))
    compiled = _read_templates(file, compilers)
    known = len(compiled)
    compile_template = MacroFuzzEnvironment.compile

    def compile_once(environment: Any, source: Any, *others: Any, **options: Any) -> Any:
        if not isinstance(source, str) or others or options:
            return compile_template(environment, source, *others, **options)
        key = (type(environment).__name__, source)
        if key not in compiled:
            compiled[key] = compile_template(environment, source)
        return compiled[key]

    json_schema = vars(dbtClassMixin)["json_schema"]

    def make_schema_once(owner: Any) -> Any:
        if not owner.__module__.startswith(WITH_SCHEMAS):
            return json_schema.__func__(owner)
        key = ("schema", f"{owner.__module__}.{owner.__qualname__}")
        if key not in compiled:
            # Without the enums of its defaults, which marshal does not know.
            compiled[key] = json.loads(json.dumps(json_schema.__func__(owner)))
        return compiled[key]

    _replace(MacroFuzzEnvironment, compile=compile_once)
    _replace(dbtClassMixin, json_schema=classmethod(make_schema_once))
    try:
        yield
    finally:
        _replace(MacroFuzzEnvironment, compile=compile_template)
        _replace(dbtClassMixin, json_schema=json_schema)
    if len(compiled) > known:
        with contextlib.suppress(OSError):
            _write_templates(file, marshal.dumps((compilers, compiled)))


def _read_templates(file: Path, compilers: tuple[str, ...]) -> dict[tuple[str, str], Any]:
    try:
        content = file.read_bytes()
    except OSError:
        return {}
    if content[:32] != hashlib.sha256(content[32:]).digest():
        return {}  # Damaged.
    # Code that a build here has written, like Python's own .pyc files.
    written_by, compiled = marshal.loads(content[32:])  # noqa: S302
    return compiled if written_by == compilers else {}


def _write_templates(file: Path, content: bytes) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    # Renamed at the end: another build may read it at any time.
    unfinished = file.with_suffix(f".{os.getpid()}")
    unfinished.write_bytes(hashlib.sha256(content).digest() + content)
    unfinished.replace(file)


def _replace(owner: Any, **parts: Any) -> None:
    for name, part in parts.items():
        setattr(owner, name, part)
