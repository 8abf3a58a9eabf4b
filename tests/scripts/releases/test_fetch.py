"""An instance serves a complete copy of the current release, or none."""

import os
from pathlib import Path

import pytest

from scripts.build_folder import BuildFolder
from scripts.releases.fetch import fetch_release
from scripts.releases.publish import publish
from scripts.releases.release_folder import ReleaseError, ReleaseFolder
from tests.conftest import run_audience


@pytest.fixture
def releases(tmp_path: Path) -> ReleaseFolder:
    return ReleaseFolder(tmp_path / "instance" / "releases")


def test_the_current_release_of_the_shared_folder_is_served(
    published: BuildFolder, releases: ReleaseFolder
) -> None:
    source = ReleaseFolder(published.releases)
    fetched = fetch_release(source, releases)
    assert fetched is not None
    assert releases.current() == fetched
    fetched.check()
    assert fetch_release(source, releases) is None, "it is there already"
    for _ in range(3):
        publish(published)
        assert fetch_release(source, releases) is not None
    kept = [release.release_id[:6] for release in releases.all()]
    assert kept == ["000003", "000004"]
    # What was rolled back there is rolled back here, without another copy.
    source.serve(source.all()[-2])
    fetch_release(source, releases)
    current = releases.current()
    assert current is not None
    assert current.release_id.startswith("000003")


def test_a_partial_copy_is_not_served(
    published: BuildFolder, releases: ReleaseFolder
) -> None:
    source = ReleaseFolder(published.releases)
    first = fetch_release(source, releases)
    second = publish(published)
    file = second.folder / "parquet" / "customers.parquet"
    os.truncate(file, file.stat().st_size - 1)
    with pytest.raises(ReleaseError, match=r"parquet/customers\.parquet of 000002-"):
        fetch_release(source, releases)
    assert releases.current() == first
    assert [release.release_id[:6] for release in releases.all()] == ["000001"]


def test_without_a_release_the_error_says_what_is_expected(
    folder: BuildFolder, tmp_path: Path
) -> None:
    outcome = run_audience(folder, "fetch", str(tmp_path))
    assert outcome.returncode == 1
    assert f"error: No release in {tmp_path}: expected a folder" in outcome.stderr
