"""Whether settings or files that tables depend on have changed: one hash of them all."""

import hashlib
import importlib.metadata
import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from scripts.build_folder import PROJECT
from scripts.workspace import own_file

# What decides the content of tables, besides the log and the settings.
RESULT_FILES = ("models/**/*", "macros/**/*", "seeds/*", "dbt_project.yml")
# Another version may compute something else from the same files.
VERSIONED = ("dbt-core", "dbt-duckdb", "duckdb")


def project_fingerprint(settings: dict[str, Any], paths: Iterable[Path]) -> str:
    """A hash of settings, versions, and the content of files.

    Args:
        settings: dbt variables.
        paths: files; one that is missing counts as such. Their order does not matter.
    """
    versions = {name: importlib.metadata.version(name) for name in VERSIONED}
    hashed = hashlib.sha256(json.dumps(versions).encode())
    hashed.update(json.dumps(settings, sort_keys=True, default=str).encode())
    for path in sorted(set(paths)):
        # Relative, so that a moved checkout stays the same project.
        name = path.relative_to(PROJECT) if path.is_relative_to(PROJECT) else path
        content = _content_hash(path) if path.is_file() else "missing"
        hashed.update(f"{name}\0{content}\n".encode())
    return hashed.hexdigest()


def project_files(patterns: Iterable[str]) -> list[Path]:
    """The files of the project that patterns such as `models/**/*` match, in order.

    Without compiled modules, which Python writes when a module is first imported. A table
    of the workspace stands for the seed that it replaces.
    """
    found = (file for pattern in patterns for file in PROJECT.glob(pattern))
    return sorted(
        own_file(file)
        for file in found
        if file.is_file() and file.parent.name != "__pycache__"
    )


def _content_hash(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
