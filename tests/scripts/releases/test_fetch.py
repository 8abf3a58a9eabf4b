"""An instance serves a complete copy of the current release, or none."""

import json
import os
import stat
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from scripts.build_folder import BuildFolder
from scripts.cli import releases as commands
from scripts.releases import fetch as fetching
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


def fetched_with(
    copy: Callable[[], None], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *words: str
) -> Result:
    """`audience fetch` with another function that copies the release."""
    monkeypatch.setenv("AUDIENCE_BUILD_DIR", str(tmp_path / "here"))
    monkeypatch.setattr(commands, "OPT_OUT_SECONDS", 0.02)
    monkeypatch.setattr(fetching, "fetch_release", lambda *_: copy())
    return CliRunner().invoke(commands.fetch, [str(tmp_path / "source"), *words])


def wait_for_opt_out(customer: str, here: OptedOutFile) -> bool:
    for _ in range(500):
        if here.path.exists() and customer in here.path.read_text():
            return True
        time.sleep(0.02)
    return False


def test_opt_outs_travel_while_a_large_release_is_copied(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Before, nothing looked for them until the copy was complete."""
    source = OptedOutFile(tmp_path / "source")
    here = OptedOutFile(tmp_path / "here" / "releases")
    source.add(["17"])
    arrived = []

    def copy_slowly() -> None:
        assert "17" in here.path.read_text(), "a new instance has them from the start"
        source.add(["42"])
        arrived.append(wait_for_opt_out("42", here))
        # Neither a damaged file nor an unexpected error ends the looks.
        intact = source.path.read_bytes()
        source.path.write_text("[")
        time.sleep(0.1)
        source.path.write_bytes(intact)
        monkeypatch.setattr(fetching, "fetch_opt_outs", None)
        time.sleep(0.1)
        monkeypatch.setattr(fetching, "fetch_opt_outs", fetch_opt_outs)
        source.add(["99"])
        arrived.append(wait_for_opt_out("99", here))
        raise KeyboardInterrupt

    outcome = fetched_with(copy_slowly, tmp_path, monkeypatch, "--every", "0.05")
    assert arrived == [True, True]
    assert outcome.exit_code == 130
    assert "is damaged" in outcome.output
    for thread in threading.enumerate():
        if thread is not threading.current_thread() and "fetching" in thread.name:
            thread.join(5)
            assert not thread.is_alive(), "it ends with the command"


def test_a_single_fetch_takes_opt_outs_that_were_noted_during_the_copy(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = OptedOutFile(tmp_path / "source")
    here = OptedOutFile(tmp_path / "here" / "releases")
    outcome = fetched_with(lambda: source.add(["42"]), tmp_path, monkeypatch)
    assert outcome.exit_code == 0
    assert "42" in here.path.read_text()
