"""Opt-outs that are noted next to the releases that a server reads."""

from typing import Any

import duckdb

from scripts.build_folder import BuildFolder
from scripts.releases.opted_out_file import OptedOutFile
from tests.api.running_api import RunningApi


def one(release: duckdb.DuckDBPyConnection, query: str) -> list[Any]:
    return [row[0] for row in release.execute(query).fetchall()]


def noted(server: RunningApi) -> OptedOutFile:
    return OptedOutFile(server.folder.releases)


def wait_until_left_out(server: RunningApi, customer: object) -> None:
    server.wait_for(lambda: server.get(f"/customers/{customer}").status_code == 404, 5)


def linked(folder: BuildFolder, other: BuildFolder) -> BuildFolder:
    """A folder with the release of another, and opt-outs of its own."""
    folder.releases.mkdir(parents=True)
    (folder.releases / "current").symlink_to((other.releases / "current").resolve())
    return folder
