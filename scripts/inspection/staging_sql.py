"""The SQL that reads and judges the log, from the project's own models, without dbt.

dbt takes seconds to start. The models of the log need little of it: variables, macros, and
queries about files. So a log is judged by the very SQL of a build.
"""

import datetime
import re
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import duckdb
import yaml
from jinja2 import Environment

from scripts.build.log_source import LogSourceError
from scripts.build_folder import PROJECT, sql_path
from scripts.settings.build_settings import BuildSettings, ProgramVariables

MODELS = PROJECT / "models" / "staging"
# A macro calls others by their names, so that its own must be another.
PREFIX = "dbt_macro__"
MACRO = re.compile(r"(\{%-?\s*macro\s+)(\w+)")


class MacroReturn(Exception):  # noqa: N818 - dbt's `return` is no error
    """What a macro returns in place of its text."""

    def __init__(self, value: Any) -> None:
        self.value = value


class StagingSql:
    """Renders models of the log for a connection.

    Attributes:
        connection: answers what macros ask about files.
        settings: variables; those that are not given have their defaults.
    """

    def __init__(
        self,
        connection: duckdb.DuckDBPyConnection,
        settings: Mapping[str, Any],
        most_rows: int | None = None,
        only: Path | None = None,
    ) -> None:
        """Prepare the names that macros and models look up.

        Args:
            most_rows: of the file `only`; None reads all rows of all files.
        """
        self.connection = connection
        self.settings = settings
        self.environment = Environment(extensions=["jinja2.ext.do"])  # noqa: S701 - SQL
        self.modules: dict[Path, Any] = {}
        # Macros and models look names up there.
        names: dict[str, Any] = self.environment.globals
        names.update(self._context())
        for name, file in _macro_files().items():
            names[name] = self._macro(name, file)
        # Models and this program ask for the same.
        self._describe_input = cache(names["describe_input"])
        names["describe_input"] = self._describe_input
        self._read_input = whole = names["read_input"]
        if most_rows is not None:
            self._read_input = lambda described: (
                f"select * from ({whole(described)})"
                f" where _input_file = '{sql_path(Path(only or ''))}' limit {most_rows}"
            )
            names["read_input"] = self._read_input

    def log_rows(self) -> str:
        """The SQL of stg_log_rows: every row that the reader could split, judged."""
        return self._model("stg_log_rows")

    def read_rows(self) -> str:
        """The SQL of the rows as the file has them, and the place of each."""
        return str(self._read_input(self.described_log()))

    def described_log(self) -> dict[str, Any]:
        """What the macro `describe_input` says of the log."""
        described: dict[str, Any] = self._describe_input("log")
        return described

    def _model(self, name: str) -> str:
        text = (MODELS / f"{name}.sql").read_text(encoding="utf-8")
        return self.environment.from_string(text).render()

    def _macro(self, name: str, file: Path) -> Callable[..., Any]:
        def call(*arguments: Any, **named: Any) -> Any:
            module = self._module(file)
            try:
                return getattr(module, PREFIX + name)(*arguments, **named)
            except MacroReturn as returned:
                return returned.value

        return call

    def _module(self, file: Path) -> Any:
        if file not in self.modules:
            text = MACRO.sub(rf"\1{PREFIX}\2", file.read_text(encoding="utf-8"))
            self.modules[file] = self.environment.from_string(text).module
        return self.modules[file]

    def _context(self) -> dict[str, Any]:
        """What dbt gives to models and macros, as far as those of the log use it."""
        return {
            "adapter": SimpleNamespace(quote='"{}"'.format),
            "config": lambda **_: "",
            "dbt": SimpleNamespace(
                type_string=lambda: "varchar",
                string_literal="'{}'".format,
                escape_single_quotes=lambda text: str(text).replace("'", "''"),
            ),
            "exceptions": SimpleNamespace(raise_compiler_error=_refuse),
            "execute": True,
            "graph": {"sources": _sources()},
            "modules": SimpleNamespace(datetime=datetime, re=re),
            "project_name": "project",
            "ref": lambda name: f"({self._model(name)})",
            "return": _return,
            "run_started_at": datetime.datetime.now(datetime.UTC),
            "run_query": self._run_query,
            "source": lambda *_: "",
            "target": SimpleNamespace(type="duckdb"),
            "var": self._variable,
        }

    def _variable(self, name: str, default: Any = None) -> Any:
        if name in self.settings:
            return self.settings[name]
        for model in (BuildSettings, ProgramVariables):
            if name in model.model_fields:
                return model.model_fields[name].get_default(call_default_factory=True)
        return default

    def _run_query(self, query: str) -> SimpleNamespace:
        """The answer to a query, in the shape of dbt's tables."""
        result = self.connection.execute(query)
        names = [column[0] for column in result.description or []]
        rows = [Row(names, row) for row in result.fetchall()]
        columns = [
            SimpleNamespace(values=lambda place=place: [row[place] for row in rows])
            for place in range(len(names))
        ]
        return SimpleNamespace(rows=rows, columns=columns)


class Row(tuple[Any, ...]):
    """A row of an answer: by position, and with `values`."""

    __slots__ = ()

    def __new__(cls, _names: list[str], values: tuple[Any, ...]) -> "Row":
        """The values as a tuple."""
        return super().__new__(cls, values)

    def values(self) -> tuple[Any, ...]:
        """All values."""
        return tuple(self)


def _return(value: Any = None) -> None:
    raise MacroReturn(value)


def _refuse(message: str) -> None:
    """What a macro says of settings or files that it cannot read."""
    raise LogSourceError(message)


@cache
def _macro_files() -> dict[str, Path]:
    """The file of each macro."""
    return {
        name: file
        for file in sorted((PROJECT / "macros").rglob("*.sql"))
        for _, name in MACRO.findall(file.read_text(encoding="utf-8"))
    }


@cache
def _sources() -> dict[str, Any]:
    """The inputs of a build and their columns, as in dbt's graph."""
    text = (MODELS / "_staging__sources.yml").read_text(encoding="utf-8")
    (source,) = yaml.safe_load(text)["sources"]
    return {
        f"source.project.raw.{table['name']}": SimpleNamespace(
            columns={
                column["name"]: SimpleNamespace(
                    name=column["name"],
                    meta=column.get("config", {}).get("meta", {}),
                )
                for column in table["columns"]
            }
        )
        for table in source["tables"]
    }
