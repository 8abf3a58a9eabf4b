"""The folder of releases: its releases, and the pointer to the served one.

    releases/000007-20261123T061500Z/   audience.duckdb, manifest.json, parquet/,
                                        semantic_manifest.json
    releases/current                    a link to the release that is served

A release is written in a hidden folder, then renamed, then the pointer moves to it. The
last two steps are atomic. A release never changes.
"""

import contextlib
import fcntl
import json
import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from scripts.private_files import share_release, share_releases
from scripts.reported_error import ReportedError

POINTER = "current"
# How many releases are kept by default.
KEPT_RELEASES = 5
UNFINISHED = ".unfinished-"
# The format that this version writes, and the newest that it reads. It is raised when
# readers of the format before would fail. 0 has no number in its manifest.
RELEASE_FORMAT = 2
RELEASE_ID = re.compile(r"(\d{6})-\d{8}T\d{6}Z")


class ReleaseError(ReportedError):
    """A release cannot be made, found or served; the message says what to do."""


class NewerReleaseError(ReleaseError):
    """A release has a newer format than this version reads; it is not damaged."""


@dataclass(frozen=True)
class Release:
    """A finished release.

    Attributes:
        folder: its name is the release id.
    """

    folder: Path

    @property
    def release_id(self) -> str:
        """Its number and its time."""
        return self.folder.name

    @property
    def database(self) -> Path:
        """The DuckDB file: public marts in schema `main`, look-up tables in `lookup`."""
        return self.folder / "audience.duckdb"

    @property
    def semantic_manifest(self) -> Path:
        """The metrics of its marts, as dbt writes them for MetricFlow."""
        return self.folder / "semantic_manifest.json"

    @property
    def manifest(self) -> dict[str, Any]:
        """The description of the release, written by release_manifest.

        Raises:
            NewerReleaseError: a newer version made it.
            ReleaseError: the file is damaged.
        """
        path = self.folder / "manifest.json"
        try:
            manifest: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
            if int(manifest.get("release_format", 0)) > RELEASE_FORMAT:
                raise NewerReleaseError(
                    f"{self.release_id} has release format {manifest['release_format']}"
                    f" (of version {manifest.get('project_version')}), and this version"
                    f" reads formats up to {RELEASE_FORMAT}: upgrade this checkout, or go"
                    " back to an earlier release with `audience rollback`"
                )
            manifest["row_counts"]["customers"], manifest["row_counts"]["products"]
            manifest["input"]["as_of_at"], manifest["files"]["audience.duckdb"]["bytes"]
        except (AttributeError, ValueError, KeyError, TypeError) as error:
            raise ReleaseError(
                f"{path} is damaged: serve another release (`audience rollback`), or build"
                " again"
            ) from error
        return manifest

    def check(self) -> None:
        """Check that its database exists and has the size in the manifest.

        Raises:
            ReleaseError: it does not.
        """
        expected = self.manifest["files"]["audience.duckdb"]["bytes"]
        if not self.database.is_file() or self.database.stat().st_size != expected:
            raise ReleaseError(
                f"{self.release_id} is damaged: {self.database} is missing or incomplete."
                " Serve another release (`audience rollback`), or build again"
            )


@dataclass(frozen=True)
class ReleaseFolder:
    """All releases of a build folder."""

    root: Path

    def all(self) -> list[Release]:
        """The finished releases, oldest first."""
        if not self.root.is_dir():
            return []
        return [
            Release(folder)
            for folder in sorted(self.root.iterdir())
            if RELEASE_ID.fullmatch(folder.name) and (folder / "manifest.json").is_file()
        ]

    def current(self) -> Release | None:
        """The served release; None before the first, or if the pointer leads nowhere."""
        pointer = self.root / POINTER
        try:
            folder = pointer.resolve()
        except RuntimeError:
            return None  # The link leads back to itself.
        return Release(folder) if (folder / "manifest.json").is_file() else None

    def readable(self) -> Release | None:
        """The served release, for a program that reads it.

        Raises:
            NewerReleaseError: a newer version made it.
            ReleaseError: its manifest is damaged.
        """
        release = self.current()
        if release is not None:
            _ = release.manifest
        return release

    def find(self, release_id: str) -> Release:
        """The release with that id.

        Raises:
            ReleaseError: there is none.
        """
        for release in self.all():
            if release.release_id == release_id:
                return release
        known = ", ".join(release.release_id for release in self.all())
        if not known:
            raise ReleaseError(
                f"No release {release_id}, and no other yet: run `audience build`"
            )
        raise ReleaseError(f"No release {release_id}: expected one of {known}")

    def next_id(self, created_at: datetime) -> str:
        """The id of a new release. Its number keeps the order if the clock is wrong."""
        numbers = [int(release.release_id[:6]) for release in self.all()]
        return f"{max(numbers, default=0) + 1:06d}-{created_at:%Y%m%dT%H%M%SZ}"

    def unfinished(self, release_id: str) -> Path:
        """Create an empty folder for a release that is being written."""
        folder = self.root / f"{UNFINISHED}{release_id}"
        folder.mkdir(parents=True)
        return folder

    def finish(self, unfinished: Path) -> Release:
        """Make a written release visible and serve it."""
        share_release(unfinished)
        for file in [*unfinished.rglob("*"), unfinished]:
            _flush(file)
        folder = self.root / unfinished.name.removeprefix(UNFINISHED)
        self._check_pointer()
        unfinished.rename(folder)
        release = Release(folder)
        self.serve(release)
        return release

    def serve(self, release: Release) -> None:
        """Move the pointer to a release, in one step."""
        self._check_pointer()
        link = self.root / f"{UNFINISHED}{POINTER}"
        link.unlink(missing_ok=True)
        link.symlink_to(release.release_id, target_is_directory=True)
        link.replace(self.root / POINTER)
        _flush(self.root)

    def _check_pointer(self) -> None:
        pointer = self.root / POINTER
        if pointer.exists() and not pointer.is_symlink():
            raise ReleaseError(
                f"{pointer} is not a link to a release (copying the folder may have"
                " replaced it): remove it"
            )

    @contextlib.contextmanager
    def lock(self) -> Iterator[None]:
        """Lock the folder against other programs; the lock ends with the process.

        Raises:
            ReleaseError: another program holds it.
            SettingError: the group of the readers is unknown.
        """
        self.root.mkdir(parents=True, exist_ok=True)
        share_releases(self.root)
        with (self.root / ".lock").open("w") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError as error:
                raise ReleaseError(
                    f"Another program is publishing to {self.root}: wait until it has ended"
                ) from error
            yield


def _flush(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
