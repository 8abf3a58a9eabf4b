"""What is generated can be read by its owner alone, and releases by a named group."""

import os
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest
from dbt.context.base import Var

from dbt_product_audience import SettingsPlugin
from scripts.build.notifications import write_metrics
from scripts.build_folder import PROJECT, BuildFolder
from scripts.private_files import check_readers, close_to_others, readers_group
from scripts.releases.fetch import fetch_release
from scripts.releases.opted_out_file import FILE, OptedOutFile
from scripts.releases.release_folder import ReleaseFolder
from scripts.releases.run_history import recorded_run
from scripts.settings.setting_error import SettingError
from tests.conftest import FinishedBuild, run_audience


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def readable(root: Path) -> list[Path]:
    """What others than the owner may use in some way, without following links."""
    return [
        path
        for path in (root, *root.rglob("*"))
        if not path.is_symlink() and mode(path) & 0o077
    ]


def open_to_all(root: Path) -> None:
    """Give everything the modes that versions before this one gave."""
    for path in (root, *root.rglob("*")):
        if not path.is_symlink():
            path.chmod(0o755 if path.is_dir() else 0o644)


@pytest.fixture(autouse=True)
def the_umask_stays() -> Iterator[None]:
    before = os.umask(0o022)
    yield
    os.umask(before)


@pytest.fixture
def readers(monkeypatch: pytest.MonkeyPatch) -> int:
    """A group that this user can give files to; not its own if it can choose."""
    group = 54321 if os.geteuid() == 0 else os.getegid()
    monkeypatch.setenv("AUDIENCE_READERS_GROUP", str(group))
    return group


def test_a_build_leaves_nothing_to_others(dirty_build: FinishedBuild) -> None:
    root = dirty_build.folder.root
    assert len(list(root.rglob("*"))) > 100
    assert readable(root) == []


def test_a_build_closes_what_an_earlier_version_left_open(built: BuildFolder) -> None:
    open_to_all(built.root)
    outcome = run_audience(built, "publish")
    assert outcome.returncode == 0, outcome.stderr
    assert readable(built.releases) == []
    with built.lock():
        pass
    for path in (built.warehouse, built.dbt_target, built.history, built.evidence):
        assert not path.exists() or not mode(path) & 0o077, path
    assert mode(built.warehouse) == 0o600


def test_a_link_and_what_is_missing_are_left_alone(tmp_path: Path) -> None:
    theirs = tmp_path / "theirs"
    theirs.touch(0o644)
    theirs.chmod(0o644)
    (tmp_path / "link").symlink_to(theirs)
    for name in ("link", "missing"):
        close_to_others(tmp_path / name)
    assert mode(theirs) == 0o644


def test_the_readers_can_read_releases_and_nothing_else(
    published: BuildFolder, readers: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    published.root.chmod(0o700)
    OptedOutFile(published.releases).add(["42"])
    outcome = run_audience(published, "publish")
    assert outcome.returncode == 0, outcome.stderr
    releases = ReleaseFolder(published.releases)
    assert len(releases.all()) > 1, "one from before the group was named"
    opted_out = published.releases / FILE
    assert (mode(opted_out), opted_out.stat().st_gid) == (0o640, readers)
    for release in releases.all():
        for path in (published.releases, release.folder, *release.folder.rglob("*")):
            assert mode(path) == (0o750 if path.is_dir() else 0o640)
            assert path.stat().st_gid == readers
    assert mode(published.root) == 0o710, "to pass through, not to list"
    assert mode(published.warehouse) == 0o600
    # Without the group they are closed again.
    monkeypatch.delenv("AUDIENCE_READERS_GROUP")
    with releases.lock():
        assert readable(releases.root / releases.all()[0].release_id) == []
        assert mode(releases.root) == 0o700
        assert mode(opted_out) == 0o600


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can act as two users")
def test_a_user_of_the_group_reads_a_release_and_another_one_does_not(
    published: BuildFolder, readers: int, tmp_path: Path
) -> None:
    assert run_audience(published, "publish").returncode == 0
    pointer = published.releases / "current"
    for path in tmp_path.parents:
        if path.stat().st_uid == 0 and not mode(path) & 0o001:
            pytest.skip(f"{path} is closed to every other user")
    tmp_path.chmod(0o711)

    def outcome(group: int, path: Path) -> int:
        return subprocess.run(
            ["cat", path],
            user=12345,
            group=group,
            extra_groups=[],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            check=False,
        ).returncode

    assert outcome(readers, pointer / "audience.duckdb") == 0
    assert outcome(readers, published.warehouse) == 1
    assert outcome(12345, pointer / "audience.duckdb") == 1


def test_a_fetched_copy_is_private_whatever_the_source_is(
    published: BuildFolder, tmp_path: Path
) -> None:
    open_to_all(published.releases)
    copies = ReleaseFolder(tmp_path / "copies" / "releases")
    release = fetch_release(ReleaseFolder(published.releases), copies)
    assert release is not None
    assert readable(copies.root / release.release_id) == []
    assert mode(copies.root) == 0o700


def test_an_unknown_group_is_refused(
    folder: BuildFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AUDIENCE_READERS_GROUP", "no such group")
    with pytest.raises(SettingError, match="= no such group: expected the name or the"):
        readers_group()
    outcome = run_audience(folder, "build")
    assert "AUDIENCE_READERS_GROUP = no such group" in outcome.stderr
    monkeypatch.setenv("AUDIENCE_READERS_GROUP", "54321")
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    with pytest.raises(SettingError, match="user of this program must be in it"):
        check_readers()


def test_any_user_reads_the_metrics_of_a_refresh(published: BuildFolder) -> None:
    os.umask(0o077)
    with recorded_run(published, "refresh") as run:
        pass
    write_metrics(published, run)
    assert mode(published.metrics) == 0o644
    assert mode(published.metrics.parent) == 0o755


@pytest.mark.parametrize(
    "start",
    [
        "from api.__main__ import main; main([])",
        "from scripts.cli.main import main; main(['releases'])",
    ],
    ids=["api", "audience"],
)
def test_a_program_begins_with_a_private_umask(start: str, tmp_path: Path) -> None:
    code = f"import os; os.umask(0o022); {start}; print(f'{{os.umask(0):o}}')"
    outcome = subprocess.run(
        [sys.executable, "-c", code],
        cwd=PROJECT,
        env=os.environ | {"AUDIENCE_PORT": "none", "AUDIENCE_BUILD_DIR": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert outcome.stdout.splitlines()[-1:] == ["77"], outcome.stderr


def test_dbt_by_hand_begins_with_a_private_umask(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        "dbt_product_audience.get_flags",
        lambda: SimpleNamespace(PROJECT_DIR=str(PROJECT), VARS={}),
    )
    monkeypatch.setattr(Var, "get_rendered_var", Var.get_rendered_var)
    SettingsPlugin("product_audience")
    assert os.umask(0o077) == 0o077
