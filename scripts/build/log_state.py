"""What the warehouse holds of the log: a small file next to it, written after a build."""

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import duckdb

from scripts import resource_limits
from scripts.build_folder import BuildFolder


@dataclass(frozen=True)
class LogFile:
    """A file of the log that the warehouse holds.

    Attributes:
        byte_count: its size when it was read.
        modified_at: its time of change then, in nanoseconds; None where it was so recent
            that another change might not show.
        batch: the build that read it.
    """

    byte_count: int
    modified_at: int | None
    batch: int


@dataclass(frozen=True)
class LogState:
    """The log as the warehouse holds it.

    Attributes:
        invocation_id: dbt's id of the last run that left the tables like this.
        fingerprint: of all that decides what a row of the log becomes.
        batch: the number of the last build that read files.
        files: by path, as the setting `log` names them.
        tables: the tables that grow, such as `staging.stg_interactions`.
    """

    invocation_id: str
    fingerprint: str
    batch: int
    files: dict[str, LogFile]
    tables: list[str]


def read_log_state(folder: BuildFolder) -> LogState | None:
    """The state that the last build left; None where there is none."""
    try:
        content = json.loads(folder.log_state.read_text(encoding="utf-8"))
        files = {path: LogFile(**file) for path, file in content.pop("files").items()}
        return LogState(files=files, **content)
    except (OSError, ValueError, TypeError, KeyError, AttributeError):
        return None  # Never written, or by another version.


def write_log_state(folder: BuildFolder, state: LogState) -> None:
    """Replace the state as a whole: a killed program leaves the old one or the new one."""
    unfinished = folder.log_state.with_suffix(".tmp")
    unfinished.write_text(json.dumps(asdict(state), indent=1), encoding="utf-8")
    unfinished.replace(folder.log_state)


def look_into_warehouse(folder: BuildFolder) -> tuple[str | None, set[str]]:
    """The id of the last dbt run that wrote to the warehouse, and the tables in it."""
    if not folder.warehouse.exists():
        return None, set()
    try:
        with resource_limits.connect(folder, folder.warehouse) as connection:
            tables = connection.execute(
                "select table_schema || '.' || table_name from information_schema.tables"
            ).fetchall()
            row = connection.execute("select invocation_id from main.last_run").fetchone()
    except duckdb.Error:
        return None, set()
    return (row[0] if row else None), {table for (table,) in tables}


@dataclass(frozen=True)
class RunOutcome:
    """What a dbt run did to the tables that grow.

    Attributes:
        invocation_id: of the run.
        tables: the tables that grow.
        built_all: whether it built all of them, and everything that they are made of.
        built_none: whether it left all of them alone.
    """

    invocation_id: str
    tables: list[str]
    built_all: bool
    built_none: bool


def run_outcome(target: Path) -> RunOutcome | None:
    """The outcome of the last run, from dbt's artifacts; None where they are no help."""
    try:
        results = json.loads((target / "run_results.json").read_text(encoding="utf-8"))
        nodes = json.loads((target / "manifest.json").read_text(encoding="utf-8"))["nodes"]
    except (OSError, ValueError):
        return None  # dbt was killed while it wrote them.
    growing = [
        name
        for name, node in nodes.items()
        if node["resource_type"] == "model"
        and node["config"]["materialized"] == "incremental"
    ]
    statuses = {result["unique_id"]: result["status"] for result in results["results"]}
    built = {name for name, status in statuses.items() if status == "success"}
    return RunOutcome(
        invocation_id=results["metadata"]["invocation_id"],
        tables=sorted(
            f"{nodes[name]['schema']}.{nodes[name]['alias']}" for name in growing
        ),
        built_all=_with_ancestors(growing, nodes) <= built,
        built_none=not statuses.keys() & set(growing),
    )


def _with_ancestors(names: list[str], nodes: dict[str, Any]) -> set[str]:
    """Nodes and everything that they are made of, except sources."""
    found: set[str] = set()
    waiting = list(names)
    while waiting:
        name = waiting.pop()
        if name in nodes and name not in found:
            found.add(name)
            waiting += nodes[name]["depends_on"].get("nodes", [])  # A seed has none.
    return found
