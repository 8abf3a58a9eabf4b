"""An instance serves a complete copy of the current release, or none."""

import json
import os
import stat
from pathlib import Path

import pytest

from scripts.build_folder import BuildFolder
from scripts.releases.fetch import fetch_opt_outs, fetch_release
from scripts.releases.opted_out_file import OptedOutFile, OptedOutFileError
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


def test_opt_outs_travel_although_the_release_cannot(
    published: BuildFolder, tmp_path: Path
) -> None:
    source, here = OptedOutFile(published.releases), OptedOutFile(tmp_path / "releases")
    folders = ReleaseFolder(published.releases), ReleaseFolder(here.folder)
    fetch_release(*folders)
    assert not fetch_opt_outs(*folders), "there are none"
    source.add(["17"])
    assert fetch_opt_outs(*folders)
    assert not fetch_opt_outs(*folders), "they are here already"
    # Byte for byte, so that all servers have the same entity tags.
    assert here.path.read_bytes() == source.path.read_bytes()
    assert stat.S_IMODE(here.path.stat().st_mode) == 0o600
    source.path.write_text(source.path.read_text()[:-9])
    with pytest.raises(OptedOutFileError, match="is damaged"):
        fetch_opt_outs(*folders)
    assert json.loads(here.path.read_text())["noted"] == ["17"]
    source.replace(noted=["42"])
    (published.releases / "current").unlink()
    own = BuildFolder(tmp_path)
    outcome = run_audience(own, "fetch", str(published.releases))
    assert outcome.returncode == 1, "there is no release"
    assert "Fetched the opt-outs" in outcome.stdout
    assert json.loads(here.path.read_text())["noted"] == ["42"]
