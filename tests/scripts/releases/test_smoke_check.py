"""A release with wrong answers of the API is not served."""

import json
import shutil
from pathlib import Path

import duckdb
import pytest

from scripts.build_folder import BuildFolder
from scripts.releases.release_folder import Release, ReleaseFolder
from scripts.releases.smoke_check import SmokeCheckError, smoke_check
from tests.conftest import FinishedBuild, alter_release


@pytest.fixture
def candidate(dirty_build: FinishedBuild, tmp_path: Path) -> Path:
    """A copy of a written release."""
    release = ReleaseFolder(dirty_build.folder.releases).current()
    assert release is not None
    return Path(shutil.copytree(release.folder, tmp_path / release.release_id))


def test_a_good_release_passes_and_no_files_are_left(
    candidate: Path, tmp_path: Path
) -> None:
    folder = BuildFolder(tmp_path)
    smoke_check(folder, candidate, Release(candidate))
    assert list(tmp_path.iterdir()) == [candidate]


def test_lists_that_differ_from_the_mart_are_named(candidate: Path, tmp_path: Path) -> None:
    with duckdb.connect(candidate / "audience.duckdb") as release:
        release.execute(
            "update product_audiences set customer_id = -1 where audience_rank = 2"
        )
    alter_release(candidate)
    with pytest.raises(SmokeCheckError, match=r"Product \d+: the API answers .*-1"):
        smoke_check(BuildFolder(tmp_path), candidate, None)


def test_a_database_that_cannot_be_read_is_reported(
    candidate: Path, tmp_path: Path
) -> None:
    (candidate / "audience.duckdb").write_bytes(b"no database")
    with pytest.raises(
        SmokeCheckError, match=r"The API is unavailable: \d{6}-.* is damaged"
    ):
        smoke_check(BuildFolder(tmp_path), candidate, None)


def test_a_table_that_had_rows_must_not_be_empty(candidate: Path, tmp_path: Path) -> None:
    current = Release(Path(shutil.copytree(candidate, tmp_path / "current")))
    manifest = json.loads((candidate / "manifest.json").read_text())
    manifest["row_counts"]["products"] = 0
    (candidate / "manifest.json").write_text(json.dumps(manifest))
    with pytest.raises(SmokeCheckError, match="products would be empty, but current"):
        smoke_check(BuildFolder(tmp_path), candidate, current)
