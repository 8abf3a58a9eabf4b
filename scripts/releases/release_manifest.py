"""Describe a written release: what its manifest.json says."""

import hashlib
import importlib.metadata
import json
import logging
import subprocess
from datetime import datetime
from pathlib import Path
from typing import Any

import duckdb

from scripts.build_folder import PROJECT
from scripts.releases.release_folder import (
    RELEASE_FORMAT,
    UNFINISHED,
    ReleaseError,
    ReleaseFolder,
)
from scripts.settings.build_settings import ProgramVariables

log = logging.getLogger(__name__)


def test_results(manifest: dict[str, Any], results: dict[str, Any]) -> list[dict[str, Any]]:
    """The data tests of a build: name, tested table, status and number of failing rows."""
    found = []
    for result in results["results"]:
        node = manifest["nodes"].get(result["unique_id"], {})
        if node.get("resource_type") == "test":
            table = (node.get("attached_node") or "").rpartition(".")[2]
            found.append(
                {
                    "name": node["name"],
                    "table": table or None,
                    "status": result["status"],
                    "failures": result["failures"] or 0,
                }
            )
    return sorted(found, key=lambda test: (test["table"] or "", test["name"]))


def log_window(connection: duckdb.DuckDBPyConnection) -> dict[str, str | None]:
    """The first, last and reference time of the log, from the attached `release`."""
    names = ("first_interaction_at", "last_interaction_at", "as_of_at")
    row = connection.execute(
        f"select {', '.join(f'{name}::text' for name in names)}"
        " from release.dataset_profile"
    ).fetchone()
    return dict(zip(names, row or (None, None, None), strict=True))


def earlier_release(
    connection: duckdb.DuckDBPyConnection, releases: ReleaseFolder
) -> dict[str, Any] | None:
    """The release that `lookup.ranking_changes` of the attached `release` compares with.

    Returns:
        Its id, time and row counts. None if there was none during the build, or if it can
        no longer be read.
    """
    row = connection.execute(
        "select max(earlier_release_id) from release.lookup.ranking_changes"
    ).fetchone()
    if row is None or row[0] is None:
        return None
    try:
        manifest = releases.find(row[0]).manifest
        return {name: manifest[name] for name in ("release_id", "created_at", "row_counts")}
    except (ReleaseError, KeyError) as error:
        log.warning("Not compared with the release before: %s", error)
        return None


def serving(
    connection: duckdb.DuckDBPyConnection, releases: ReleaseFolder, release_id: str
) -> dict[str, dict[str, str]]:
    """The ranking that serves each kind of audience in the attached `release`.

    Args:
        connection: with the attached release.
        releases: the served one says since when its rankings have served.
        release_id: of the attached release.

    Returns:
        By audience the ranking (`ranking`), and the first release that serves it without
        another one in between (`since`).
    """
    try:
        current = releases.current()
        before = current.manifest.get("serving", {}) if current else {}
    except ReleaseError as error:
        log.warning("Not known since when rankings serve: %s", error)
        before = {}
    rows = connection.execute("select audience, ranking from release.served_rankings")
    return {
        audience: {
            "ranking": ranking,
            "since": before[audience]["since"]
            if before.get(audience, {}).get("ranking") == ranking
            else release_id,
        }
        for audience, ranking in rows.fetchall()
    }


def write_manifest(
    unfinished: Path,
    created_at: datetime,
    engine: str,
    results: dict[str, Any],
    facts: dict[str, Any],
) -> None:
    """Write manifest.json, with size and checksum of every file in the folder.

    Args:
        unfinished: the folder of the release.
        engine: that made the build, `duckdb` or `spark`.
        results: dbt's run results.
        facts: further entries.
    """
    manifest = {
        "release_id": unfinished.name.removeprefix(UNFINISHED),
        "release_format": RELEASE_FORMAT,
        "project_version": importlib.metadata.version("product-audience"),
        "created_at": created_at.isoformat(timespec="seconds"),
        "git_revision": _git_revision(),
        "engine": engine,
        "duckdb_version": duckdb.__version__,
        "dbt_invocation_id": results["metadata"]["invocation_id"],
        "settings": _settings(results["args"].get("vars") or {}),
        **facts,
        "files": {
            str(file.relative_to(unfinished)): {
                "bytes": file.stat().st_size,
                "sha256": _sha256(file),
            }
            for file in sorted(unfinished.rglob("*"))
            if file.is_file()
        },
    }
    (unfinished / "manifest.json").write_text(
        json.dumps(manifest, indent=2) + "\n", encoding="utf-8"
    )


def _settings(variables: dict[str, Any]) -> dict[str, Any]:
    """The settings of a build, without what the program told dbt about one run."""
    given: dict[str, Any] | None = variables.get("given_settings")
    if given is not None:
        return given
    return {
        name: value
        for name, value in variables.items()
        if name not in ProgramVariables.model_fields
    }


def _git_revision() -> str | None:
    """The commit of the checkout, with -dirty if files differ; None outside of one."""
    try:
        return subprocess.run(
            ["git", "describe", "--always", "--dirty", "--abbrev=40", "--exclude=*"],
            cwd=PROJECT,
            capture_output=True,
            text=True,
            check=True,
        ).stdout.strip()
    except (OSError, subprocess.CalledProcessError):
        return None


def _sha256(file: Path) -> str:
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
