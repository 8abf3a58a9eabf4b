"""Releases that other versions have made: what the API serves, and what it says."""

import asyncio
from pathlib import Path

import pytest

import api.release_files
import scripts.releases.release_folder
from api.release import Release
from api.release_files import UnusableReleaseError
from api.settings import Settings
from scripts.build_folder import BuildFolder
from scripts.releases.publish import publish
from tests.api.conftest import ServeInThread
from tests.conftest import alter_release


def current(folder: BuildFolder) -> Path:
    return (folder.releases / "current").resolve()


def test_the_api_reads_what_is_published() -> None:
    assert (
        api.release_files.RELEASE_FORMAT == scripts.releases.release_folder.RELEASE_FORMAT
    )


def test_a_release_of_an_earlier_version_is_served_as_far_as_it_goes(
    serve_in_thread: ServeInThread, published: BuildFolder
) -> None:
    release = current(published)
    alter_release(
        release,
        without=("evidence_conclusions", "experiment_verdicts", "lookup.ranking_changes"),
        **dict.fromkeys(
            ("release_format", "project_version", "engine", "earlier", "tests")
        ),
    )
    server = serve_in_thread(published)
    assert server.get("/health").json()["status"] == "healthy"
    for path in ("/recommend/5", "/diagnostics", "/release", "/release/changes"):
        assert server.get(path).status_code == 200, path
    evidence = server.get("/evidence")
    assert evidence.status_code == 503
    assert evidence.headers["content-type"] == "application/problem+json"
    assert evidence.json()["detail"] == (
        f"{release.name} was made by an earlier version and lacks what this version reads."
        " Build again with `make build`."
    )
    assert "build again" in server.get("/experiments").json()["detail"]
    assert server.get("/health").json()["status"] == "healthy", "nothing is broken"


def test_what_lacks_in_a_release_of_this_version_is_a_fault(published: BuildFolder) -> None:
    release = current(published)
    alter_release(release, without=("evidence_conclusions",))

    async def ask() -> str | None:
        opened = Release(release, Settings())
        with pytest.raises(Exception, match="evidence_conclusions does not exist"):
            await opened.ask("evidence_conclusions")
        opened.retire()
        return opened.trouble

    assert "could not be read" in str(asyncio.run(ask()))


def test_an_earlier_release_without_look_up_tables_is_not_served(
    published: BuildFolder,
) -> None:
    release = current(published)
    alter_release(release, ("lookup.ranking",), release_format=None)
    with pytest.raises(UnusableReleaseError, match="Build again with `make build`"):
        Release(release, Settings())


@pytest.mark.parametrize("release_format", ["new", [1], {}])
def test_a_format_that_is_no_number_is_damage(
    published: BuildFolder, release_format: object
) -> None:
    alter_release(current(published), release_format=release_format)
    with pytest.raises(UnusableReleaseError, match="is damaged or incomplete"):
        Release(current(published), Settings())


def test_a_newer_release_is_refused_and_the_last_one_served_on(
    serve_in_thread: ServeInThread, published: BuildFolder
) -> None:
    good = current(published).name
    publish(published)
    newer = current(published)
    # The server starts on the good one, lest it sees the newer one before it is altered.
    (published.releases / "current").unlink()
    (published.releases / "current").symlink_to(good)
    alter_release(newer, release_format=99, project_version="9.1.0")
    server = serve_in_thread(published)
    link = published.releases / "next"
    link.symlink_to(newer.name)
    link.replace(published.releases / "current")
    server.wait_for(lambda: server.get("/health").json()["status"] == "degraded")
    health = server.get("/health").json()
    assert health["release_id"] == good
    assert health["reasons"] == [
        f"{newer.name} has release format 99 (of version 9.1.0), and this API reads"
        " formats up to 1. Upgrade the API and start it again, or go back to an earlier"
        " release with `make rollback`."
    ]
    assert server.get("/recommend/5").json()["release"] == good
    # Whoever starts now has nothing to serve, and says why.
    other = serve_in_thread(published)
    answer = other.get("/recommend/5")
    assert answer.status_code == 503
    assert answer.json()["detail"] == health["reasons"][0]
