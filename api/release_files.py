"""The files of a release: read, checked and opened read-only."""

import hashlib
import json
from pathlib import Path
from typing import Any

import duckdb

from api.settings import Settings

# The newest release format that the API reads (scripts/releases/release_folder.py).
RELEASE_FORMAT = 2


class UnusableReleaseError(RuntimeError):
    """A release that cannot be served; the message says why, and what to do."""

    def __init__(
        self, why: str, remedy: str = "Publish a new release or roll back"
    ) -> None:
        super().__init__(f"{why}. {remedy}.")


def lacking(name: str) -> UnusableReleaseError:
    """The error for a release in an earlier format that lacks a table."""
    return UnusableReleaseError(
        f"{name} was made by an earlier version and lacks what this version reads",
        "Build again with `audience build`",
    )


def read_manifest(folder: Path) -> dict[str, Any]:
    """The manifest of a release, if this version can read its format.

    Args:
        folder: the folder of the release.

    Returns:
        The manifest, with `release_format` as a number; 0 where it has none.

    Raises:
        UnusableReleaseError: the format is newer than RELEASE_FORMAT.
        OSError, ValueError, KeyError, TypeError, AttributeError: the manifest is missing or
            damaged.
    """
    manifest: dict[str, Any] = json.loads(
        (folder / "manifest.json").read_text(encoding="utf-8")
    )
    release_format = int(manifest.get("release_format", 0))
    if release_format > RELEASE_FORMAT:
        raise UnusableReleaseError(
            f"{folder.name} has release format {release_format} (of version"
            f" {manifest.get('project_version')}), and this API reads formats"
            f" up to {RELEASE_FORMAT}",
            "Upgrade the API and start it again, or go back to an earlier release"
            " with `audience rollback`",
        )
    return manifest | {"release_format": release_format}


def check_file(file: Path, expected: dict[str, Any]) -> None:
    """Check a file against the manifest; reads all of it.

    Args:
        file: the file.
        expected: its size in `bytes` and its `sha256`, from the manifest.

    Raises:
        UnusableReleaseError: size or checksum differ.
    """
    size = file.stat().st_size
    if size != expected["bytes"]:
        raise UnusableReleaseError(
            f"{file.parent.name} is damaged: its database has {size} bytes, not"
            f" {expected['bytes']}"
        )
    with file.open("rb") as content:
        found = hashlib.file_digest(content, "sha256").hexdigest()
    if found != expected["sha256"]:
        raise UnusableReleaseError(
            f"{file.parent.name} is damaged: the checksum of its database differs from the"
            " manifest"
        )


def open_database(
    folder: Path, manifest: dict[str, Any], settings: Settings
) -> duckdb.DuckDBPyConnection:
    """A connection that can read the release and nothing else.

    Args:
        folder: the folder of the release.
        manifest: see `read_manifest`.
        settings: with the memory limit of the database.

    Raises:
        UnusableReleaseError: the file is damaged.
        OSError, KeyError, duckdb.Error: the file is missing or cannot be opened.
    """
    database = folder / "audience.duckdb"
    check_file(database, manifest["files"][database.name])
    return duckdb.connect(
        database,
        read_only=True,
        config={
            "enable_external_access": False,
            "threads": 1,
            "memory_limit": settings.database_memory,
            "lock_configuration": True,
        },
    )
