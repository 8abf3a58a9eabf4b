"""Which parsed project of an earlier run fits this one.

dbt's parser reads the project's files and a few variables: those that decide the type of a
column, an argument of a test or how a model is materialized. Everything else is looked up
when a model runs, so one parsed project serves builds of many logs.
"""

import os
from pathlib import Path
from typing import Any

from scripts.build.project_fingerprint import project_files, project_fingerprint
from scripts.build_folder import PROJECT, BuildFolder

# The files that dbt's parser reads.
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
# Environment variables that dbt_project.yml reads.
PARSED_ENVIRONMENT = ("AUDIENCE_SPARK_FORMAT",)
# Of about 5 MB each, with its compiled templates (faster_dbt).
KEPT = 20


def parsed_variables(variables: dict[str, Any]) -> dict[str, Any]:
    """What dbt's parser sees of the variables of a run."""
    return {
        "id_type": variables.get("id_type"),
        "is_parquet": str(variables.get("log", "")).endswith(".parquet"),
    }


def parsed_project(folder: BuildFolder, variables: dict[str, Any], target: str) -> Path:
    """The file for the parsed project of a run, which may not exist yet.

    Args:
        target: the engine, an output of profiles.yml.
    """
    facts = {
        "target": target,
        "variables": parsed_variables(variables),
        "environment": [os.environ.get(name) for name in PARSED_ENVIRONMENT],
        # Of a seed dbt parses the name and the columns; rows are read when it is loaded.
        "seeds": sorted(file.name for file in PROJECT.glob("seeds/**/*.csv")),
    }
    name = project_fingerprint(facts, project_files(PARSED_FILES))[:32]
    return folder.parsed_projects / f"{name}.msgpack"


def prune(folder: BuildFolder) -> None:
    """Remove parsed projects beyond the last few that were written."""
    files = sorted(folder.parsed_projects.glob("*.msgpack"), key=_written, reverse=True)
    for file in files[KEPT:]:
        file.unlink(missing_ok=True)
        file.with_suffix(".templates").unlink(missing_ok=True)


def _written(file: Path) -> float:
    try:
        return file.stat().st_mtime
    except FileNotFoundError:
        return 0.0  # Another build has removed it.
