"""The tables of settings in the docs, from the modules that declare them.

A page marks the place of a table by two comments, `<!-- settings: NAME -->` and
`<!-- end -->`; TABLES has the names. With pages as arguments the program writes their
tables, without any it prints all tables.
"""

import argparse
import re
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import get_origin

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from scripts.settings.build_settings import BuildSettings
from scripts.settings.environment import (
    BuildEnvironment,
    EnvironmentVariables,
    FolderVariables,
    RefreshVariables,
    ResourceVariables,
    SparkVariables,
    variable,
)
from scripts.settings.input_settings import InputSettings, SideInput
from scripts.settings.result_settings import ResultSettings
from scripts.settings.setting_error import choices, limits, nested_model

TABLES: dict[str, type[BaseModel]] = {
    "build": BuildSettings,
    "input": InputSettings,
    "side_input": SideInput,
    "results": ResultSettings,
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


class UnknownTableError(ValueError):
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
    return "mapping" if get_origin(field.annotation) is dict else "text"


def _code(names: Iterable[str]) -> str:
    return ", ".join(f"`{name}`" for name in names)


def _meaning(field: FieldInfo) -> str:
    example = f"; for example `{field.examples[0]}`" if field.examples else ""
    return f"{field.description}{example}"


def main(arguments: list[str] | None = None) -> int:
    """Run the program; returns the exit code."""
    parser = argparse.ArgumentParser(
        prog="python -m scripts.maintenance.settings_tables",
        description="Write the tables of settings into pages of the docs, or print them.",
    )
    parser.add_argument("page", type=Path, nargs="*", help="Markdown page with markers")
    pages = parser.parse_args(arguments).page
    if not pages:
        for name in TABLES:
            print(f"{name}:\n\n{settings_table(name)}")
    for page in pages:
        try:
            text = with_tables(page.read_text(encoding="utf-8"))
        except (OSError, UnknownTableError) as error:
            print(f"error: {page}: {error}", file=sys.stderr)
            return 1
        page.write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
