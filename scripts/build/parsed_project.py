"""Which parsed project of an earlier run fits this one.

dbt's parser reads the project's files and a few variables: those that decide the type of a
column, an argument of a test or how a model is materialized. Everything else is looked up
when a model runs, so one parsed project serves builds of many logs.
"""

import hashlib
import json
import os
from importlib.metadata import version
from pathlib import Path
from typing import Any

from scripts.build_folder import PROJECT, BuildFolder

PARSED_FILES = (
    "dbt_project.yml",
    "profiles.yml",
    "selectors.yml",
    "models/**/*",
    "macros/**/*",
    "tests/warehouse/**/*",
    "analyses/**/*",
    "seeds/**/*.yml",
)
PACKAGES = ("dbt-core", "dbt-adapters", "dbt-duckdb")
# Environment variables that dbt_project.yml reads.
PARSED_ENVIRONMENT = ("AUDIENCE_SPARK_FORMAT",)
# Files of about 3 MB each.
KEPT = 20


def parsed_variables(variables: dict[str, Any]) -> dict[str, Any]:
    """What dbt's parser sees of the variables of a run."""
    return {
        "id_type": variables.get("id_type"),
        "top_n": variables.get("top_n"),
        "is_parquet": str(variables.get("log", "")).endswith(".parquet"),
    }


def parsed_project(folder: BuildFolder, variables: dict[str, Any], target: str) -> Path:
    """The file for the parsed project of a run, which may not exist yet.

    Args:
        target: the engine, an output of profiles.yml.
    """
    hashed = hashlib.sha256()
    facts = [
        target,
        parsed_variables(variables),
        [version(package) for package in PACKAGES],
        [os.environ.get(name) for name in PARSED_ENVIRONMENT],
        # Of a seed dbt parses the name and the columns; rows are read when it is loaded.
        sorted(str(file.relative_to(PROJECT)) for file in PROJECT.glob("seeds/**/*.csv")),
    ]
    hashed.update(json.dumps(facts).encode())
    for pattern in PARSED_FILES:
        for file in sorted(PROJECT.glob(pattern)):
            if file.is_file():
                hashed.update(f"\0{file.relative_to(PROJECT)}\0".encode())
                hashed.update(file.read_bytes())
    return folder.parsed_projects / f"{hashed.hexdigest()[:32]}.msgpack"


def prune(folder: BuildFolder) -> None:
    """Remove parsed projects beyond the last few that were used."""
    files = sorted(folder.parsed_projects.glob("*.msgpack"), key=_last_used, reverse=True)
    for file in files[KEPT:]:
        file.unlink(missing_ok=True)


def _last_used(file: Path) -> float:
    try:
        return file.stat().st_mtime
    except FileNotFoundError:
        return 0.0  # Another build has removed it.
