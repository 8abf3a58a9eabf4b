"""What is known of the evidence in the warehouse: when and from what it was measured.

A daily build leaves the evidence as it is. The build that measured it notes here what its
tables hold and how their tests ended: later builds, and publishing, rely on that.
"""

import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import duckdb

from scripts import resource_limits
from scripts.build_folder import BuildFolder

TAG = "evidence"
# Where the reference time of the measured log stands.
WINDOW = "intermediate.int_evaluation_window"


@dataclass(frozen=True)
class EvidenceState:
    """The evidence as the last build that measured it left it.

    Attributes:
        measured_at: when that build ran, in UTC.
        measured_until: the reference time of its log, as text; None without interactions.
        fingerprint: of the settings and files that the evidence depends on.
        files: those of these files that dbt's lineage names, relative to the project.
        contents: by table, a hash of its rows; None of tables that are not public.
        results: status and failures of every model and test, as in dbt's run results.
    """

    measured_at: str
    measured_until: str | None
    fingerprint: str
    files: list[str]
    contents: dict[str, str | None]
    results: list[dict[str, Any]]

    @property
    def time(self) -> datetime:
        """When the evidence was measured."""
        return datetime.fromisoformat(self.measured_at)


def read_state(folder: BuildFolder) -> EvidenceState | None:
    """The state that was noted; None if there is none that can be read."""
    try:
        state = EvidenceState(**json.loads(folder.evidence_state.read_text("utf-8")))
        return state if state.time.tzinfo else None
    except (OSError, ValueError, TypeError):
        return None


def write_state(folder: BuildFolder, state: EvidenceState) -> None:
    """Note a state, in one step: a program that is killed leaves no half of it."""
    unfinished = folder.evidence_state.with_name(f".{folder.evidence_state.name}")
    unfinished.write_text(json.dumps(asdict(state), indent=1) + "\n", encoding="utf-8")
    unfinished.replace(folder.evidence_state)


def forget_state(folder: BuildFolder) -> None:
    """Remove the state, before the evidence is measured again."""
    folder.evidence_state.unlink(missing_ok=True)


def evidence_models(manifest: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """The models of the evidence in dbt's manifest, by id."""
    return {
        name: node
        for name, node in manifest["nodes"].items()
        if node["resource_type"] == "model" and TAG in node["tags"]
    }


def evidence_nodes(manifest: dict[str, Any]) -> set[str]:
    """The models of the evidence and their tests: what a daily build leaves out."""
    models = set(evidence_models(manifest))
    tests = {
        name
        for name, node in manifest["nodes"].items()
        if node["resource_type"] == "test" and models & set(node["depends_on"]["nodes"])
    }
    return models | tests


def evidence_files(manifest: dict[str, Any]) -> list[str]:
    """The files of the evidence and of everything before it in dbt's lineage."""
    found: set[str] = set()
    waiting = list(evidence_models(manifest))
    while waiting:
        name = waiting.pop()
        if name in found or name not in manifest["nodes"]:
            continue
        found.add(name)
        # A seed depends on nothing.
        waiting += manifest["nodes"][name]["depends_on"].get("nodes", [])
    return sorted({file for name in found for file in _files(manifest["nodes"][name])})


def _files(node: dict[str, Any]) -> Iterator[str]:
    yield node["original_file_path"]
    if node.get("patch_path"):
        # Such as product_audience://models/marts/evaluation/_offline__models.yml.
        yield node["patch_path"].partition("://")[2]


def read_contents(
    folder: BuildFolder, tables: dict[str, bool]
) -> tuple[dict[str, str | None], str | None]:
    """Hashes of the tables in the warehouse, and until when they were measured.

    Args:
        tables: by name with schema, whether its rows are to be hashed.

    Raises:
        duckdb.Error: a table is missing, or the warehouse cannot be read.
    """
    contents: dict[str, str | None] = {}
    with resource_limits.connect(folder, folder.warehouse) as connection:
        for table, is_hashed in tables.items():
            connection.execute(f"from {table} limit 0")
            contents[table] = None
            if is_hashed:
                row = connection.execute(
                    "select concat_ws(' ', count(*), bit_xor(hash(rows)),"
                    f" sum(hash(rows) >> 32)) from {table} as rows"
                ).fetchone()
                contents[table] = row[0] if row else None
        until = connection.execute(f"select measured_until::text from {WINDOW}").fetchone()
    return contents, until[0] if until else None


def is_in_warehouse(folder: BuildFolder, state: EvidenceState) -> bool:
    """Whether the warehouse holds the evidence just as it was noted."""
    if not folder.warehouse.exists():
        return False
    tables = {table: content is not None for table, content in state.contents.items()}
    try:
        found = read_contents(folder, tables)
    except duckdb.Error:
        return False
    return found == (state.contents, state.measured_until)


def left_out_results(folder: BuildFolder, results: dict[str, Any]) -> list[dict[str, Any]]:
    """Results of the evidence, for a dbt run on DuckDB that left it as it was.

    Args:
        results: dbt's run results.

    Returns:
        What became of the models and tests that the run has left out, when they last ran;
        nothing if the warehouse holds another evidence than they were about.
    """
    state = read_state(folder)
    if state is None or results["args"].get("target") == "spark":
        return []
    ran = {result["unique_id"] for result in results["results"]}
    left_out = [result for result in state.results if result["unique_id"] not in ran]
    return left_out if left_out and is_in_warehouse(folder, state) else []


def read_artifact(folder: BuildFolder, name: str) -> dict[str, Any]:
    """One of dbt's artifacts of the last run, such as manifest.json."""
    path: Path = folder.dbt_target / name
    loaded: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return loaded
