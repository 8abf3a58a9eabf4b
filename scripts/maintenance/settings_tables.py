"""The tables of settings in the docs, from the modules that declare them.

A page marks the place of a table by two comments, `<!-- settings: NAME -->` and
`<!-- end -->`; TABLES has the names. `audience maintenance settings` writes them.
"""

import re
from collections.abc import Iterable
from pathlib import Path
from typing import get_args, get_origin

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from scripts.build_folder import PROJECT
from scripts.reported_error import ReportedError
from scripts.settings.build_settings import BuildSettings
from scripts.settings.destination_settings import (
    ContactColumns,
    FolderDestination,
    HttpDestination,
    PostgresqlDestination,
)
from scripts.settings.environment import (
    BuildEnvironment,
    EnvironmentVariables,
    FolderVariables,
    RefreshVariables,
    ResourceVariables,
    SparkVariables,
    variable,
)
from scripts.settings.input_format import AmountInput
from scripts.settings.input_settings import InputSettings
from scripts.settings.result_settings import ResultSettings
from scripts.settings.setting_error import choices, limits, nested_model

TABLES: dict[str, type[BaseModel]] = {
    "build": BuildSettings,
    "input": InputSettings,
    "side_input": AmountInput,
    "results": ResultSettings,
    "http": HttpDestination,
    "postgresql": PostgresqlDestination,
    "folder_destination": FolderDestination,
    "contact_columns": ContactColumns,
    "environment": BuildEnvironment,
    "folder": FolderVariables,
    "resources": ResourceVariables,
    "spark": SparkVariables,
    "refresh": RefreshVariables,
}
MARKED = re.compile(
    r"(?P<begin><!-- settings: (?P<name>\w+) -->\n)(?P<table>.*?)(?P<end><!-- end -->)",
    re.DOTALL,
)


class UnknownTableError(ReportedError):
    """A page names a table that does not exist; the message lists those that do."""


def settings_table(name: str) -> str:
    """A table as Markdown, one row per setting.

    Raises:
        UnknownTableError: there is no such table.
    """
    if name not in TABLES:
        raise UnknownTableError(f"settings: {name}: expected one of {', '.join(TABLES)}")
    model = TABLES[name]
    fields = model.model_fields.items()
    if issubclass(model, EnvironmentVariables):
        header = ["variable", "default", "meaning"]
        rows = [
            [f"`{variable(name)}`", _default(field), field.description or ""]
            for name, field in fields
        ]
    else:
        header = ["setting", "default", "values", "meaning"]
        rows = [
            [f"`{name}`", _default(field), _values(field), _meaning(field)]
            for name, field in fields
        ]
    lines = [f"| {' | '.join(cells)} |\n" for cells in (header, *rows)]
    return "".join((lines[0], "|---" * len(header) + "|\n", *lines[1:]))


def with_tables(page: str) -> str:
    """A page with the tables that its markers name.

    Raises:
        UnknownTableError: a marker names no table.
    """
    return MARKED.sub(
        lambda found: found["begin"] + settings_table(found["name"]) + found["end"], page
    )


def _default(field: FieldInfo) -> str:
    extra = field.json_schema_extra
    shown = extra.get("shown") if isinstance(extra, dict) else None
    if shown:
        return str(shown)
    is_flag = isinstance(field.default, bool)
    return f"`{str(field.default).lower() if is_flag else field.default}`"


def _values(field: FieldInfo) -> str:
    bounds = limits(field)
    if bounds:
        return f"{bounds[0]} to {bounds[1]}"
    if nested_model(field.annotation):
        return "a path, or `{path: ..., columns: {...}}`"
    if choices(field.annotation):
        return _code(choices(field.annotation))
    if field.annotation is bool:
        return "`true`, `false`"
    parts = (field.annotation, *get_args(field.annotation))
    if any(get_origin(part) is list for part in parts):
        return "text or list" if str in parts else "list"
    return "mapping" if get_origin(field.annotation) is dict else "text"


def _code(names: Iterable[str]) -> str:
    return ", ".join(f"`{name}`" for name in names)


def _meaning(field: FieldInfo) -> str:
    example = f"; for example `{field.examples[0]}`" if field.examples else ""
    return f"{field.description}{example}"


def write_tables(pages: Iterable[Path]) -> list[Path]:
    """Write the tables into pages of the docs; returns the pages that have any.

    Raises:
        UnknownTableError: a marker names no table.
    """
    written = []
    for page in pages:
        text = page.read_text(encoding="utf-8")
        if MARKED.search(text):
            page.write_text(with_tables(text), encoding="utf-8")
            written.append(page)
    return written


def docs_pages() -> list[Path]:
    """All pages of the docs."""
    return sorted((PROJECT / "docs").rglob("*.md"))
