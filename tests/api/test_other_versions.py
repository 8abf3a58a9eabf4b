"""Releases of other versions: which the API serves, and what it answers."""

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


def test_the_api_reads_the_published_format() -> None:
    assert (
        api.release_files.RELEASE_FORMAT == scripts.releases.release_folder.RELEASE_FORMAT
    )


def test_a_release_of_an_earlier_version_is_served_as_far_as_possible(
    serve_in_thread: ServeInThread, release_copy: BuildFolder
) -> None:
    release = current(release_copy)
    alter_release(
        release,
        without=("evidence_conclusions", "experiment_verdicts", "lookup.ranking_changes"),
        **dict.fromkeys(
            ("release_format", "project_version", "engine", "earlier", "tests")
        ),
    )
    server = serve_in_thread(release_copy)
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


def test_a_release_older_than_labels_shows_names(
    serve_in_thread: ServeInThread, release_copy: BuildFolder
) -> None:
    alter_release(current(release_copy), without=("rankings",))
    server = serve_in_thread(release_copy)
    with server.release() as release:
        charted = "ranking_kind not in ('weights', 'definition')"
        known = release.execute(
            f"select distinct ranking from targeting_lift where {charted}"
        ).fetchall()
        best = release.execute(
            "select customer_id from customers where engagement_rank = 1"
        ).fetchone()
    assert best is not None
    gains = server.get("/evidence").json()["gains"]
    assert {row["ranking"] for row in gains} == {ranking for (ranking,) in known}
    assert {row["label"] for row in gains} >= {"engagement", "recent activity"}
    features = server.get(f"/customers/{best[0]}").json()["features"]
    assert features["unique_products"]["label"] == "unique products"
    assert server.get("/health").json()["status"] == "healthy"


def test_a_table_missing_from_a_current_release_is_a_fault(
    release_copy: BuildFolder,
) -> None:
    release = current(release_copy)
    alter_release(release, without=("evidence_conclusions",))

    async def ask() -> str | None:
        opened = Release(release, Settings())
        with pytest.raises(Exception, match="evidence_conclusions does not exist"):
            await opened.ask("evidence_conclusions")
        opened.retire()
        return opened.trouble

    assert "could not be read" in str(asyncio.run(ask()))


def test_an_earlier_release_without_look_up_tables_is_not_served(
    release_copy: BuildFolder,
) -> None:
    release = current(release_copy)
    alter_release(release, ("lookup.ranking",), release_format=None)
    with pytest.raises(UnusableReleaseError, match="Build again with `make build`"):
        Release(release, Settings())


@pytest.mark.parametrize("release_format", ["new", [1], {}])
def test_a_format_other_than_a_number_is_damage(
    release_copy: BuildFolder, release_format: object
) -> None:
    alter_release(current(release_copy), release_format=release_format)
    with pytest.raises(UnusableReleaseError, match="is damaged or incomplete"):
        Release(current(release_copy), Settings())


def test_a_newer_release_is_refused_and_the_last_one_stays(
    serve_in_thread: ServeInThread, published: BuildFolder
) -> None:
    good = current(published).name
    publish(published)
    newer = current(published)
    # The server starts with the good one, so that it never sees the newer one unaltered.
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
    # A server that starts now has no release to serve, and says why.
    other = serve_in_thread(published)
    answer = other.get("/recommend/5")
    assert answer.status_code == 503
    assert answer.json()["detail"] == health["reasons"][0]
