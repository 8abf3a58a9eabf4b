"""Too little memory or disk: one sentence names the limit, and no file is left behind."""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import duckdb
import pytest

from scripts import resource_limits
from scripts.build_folder import PROJECT, BuildFolder
from scripts.releases.release_folder import ReleaseFolder
from scripts.synthetic.interactions import generate
from tests.conftest import run_audience

# What a file may take beyond its size.
PAGE = 4096
# Takes 80 MB.
LARGE = "create temp table large as select random() as value from range(10_000_000)"


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Callable[[int], Path]]:
    """Mounts an empty disk of so many bytes."""
    disk = tmp_path / "disk"
    mounted = False

    def mount(size: int) -> Path:
        nonlocal mounted
        disk.mkdir()
        command = ["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(disk)]
        if shutil.which("mount") is None or subprocess.run(command, check=False).returncode:
            pytest.skip("a small disk cannot be mounted here")
        mounted = True
        return disk

    yield mount
    if mounted:
        subprocess.run(["umount", str(disk)], check=True)


def fill(folder: BuildFolder) -> str:
    """What there is to say where something large finds no room."""
    with (
        pytest.raises(duckdb.Error) as caught,
        resource_limits.connect(folder) as connection,
    ):
        connection.execute(LARGE)
    said = resource_limits.explain(str(caught.value), folder)
    assert said is not None, caught.value
    return said


CORES = "select current_setting('threads') * 11 as cores"


def test_cores_are_bounded(folder: BuildFolder, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AUDIENCE_CORES", "3")
    with resource_limits.connect(folder) as connection:
        assert connection.execute(CORES).fetchone() == (33,)


@pytest.mark.long
def test_dbt_by_hand_has_the_same_bound(
    folder: BuildFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AUDIENCE_CORES", "3")
    shown = subprocess.run(
        [Path(sys.executable).with_name("dbt"), "--quiet", "show", "--inline", CORES],
        cwd=PROJECT,
        env=os.environ
        | {"AUDIENCE_BUILD_DIR": str(folder.root), "DBT_TARGET_PATH": str(folder.root)}
        | {"DBT_LOG_PATH": str(folder.dbt_logs)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert "33" in shown.stdout


def test_what_is_spilled_is_bounded(
    folder: BuildFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AUDIENCE_MEMORY_LIMIT", "20MB")
    with resource_limits.connect(folder) as connection:
        connection.execute(LARGE)
        assert list(folder.spill.iterdir()) != []
    monkeypatch.setenv("AUDIENCE_TEMP_LIMIT", "1MB")
    assert fill(folder) == (
        f"Temporary data has filled {folder.spill} up to its limit: raise"
        " AUDIENCE_TEMP_LIMIT (it is 1MB) or AUDIENCE_MEMORY_LIMIT (it is 20MB)"
    )


@pytest.mark.parametrize("limit", [None, "1GB"])
def test_a_full_disk_for_what_is_spilled_is_named(
    folder: BuildFolder,
    monkeypatch: pytest.MonkeyPatch,
    small_disk: Callable[[int], Path],
    limit: str | None,
) -> None:
    disk = small_disk(2_000_000)
    monkeypatch.setenv("AUDIENCE_TEMP_DIR", str(disk))
    monkeypatch.setenv("AUDIENCE_MEMORY_LIMIT", "20MB")
    if limit is not None:
        monkeypatch.setenv("AUDIENCE_TEMP_LIMIT", limit)
    with folder.lock():
        said = fill(folder)
    assert said == (
        f"Temporary data has filled the disk of {folder.spill}: free some space, name a"
        " larger disk in AUDIENCE_TEMP_DIR, or raise AUDIENCE_MEMORY_LIMIT (it is 20MB)"
    )
    assert list(disk.iterdir()) == []


def test_spill_is_swept_and_nothing_else(
    folder: BuildFolder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shared = tmp_path / "shared"
    monkeypatch.setenv("AUDIENCE_TEMP_DIR", str(shared))
    other = BuildFolder(tmp_path / "other")
    left = "duckdb_temp_storage_DEFAULT-0.tmp"
    for spill in (shared, folder.spill, other.spill):
        spill.mkdir(parents=True, exist_ok=True)
        (spill / left).touch()
    with folder.lock():
        assert not (folder.spill / left).exists()
        folder.spill.mkdir(parents=True)
        (folder.spill / left).touch()
    assert not folder.spill.exists()
    assert (shared / left).exists()
    assert (other.spill / left).exists()


@pytest.mark.slow
def test_too_little_memory_stops_a_build_with_one_sentence(
    published: BuildFolder, tmp_path: Path
) -> None:
    log = tmp_path / "log.csv"
    generate(log, scale=0.002)
    served = ReleaseFolder(published.releases).current()
    outcome = run_audience(
        published,
        "build",
        *("--log", str(log)),
        AUDIENCE_MEMORY_LIMIT="5MB",
        AUDIENCE_DBT_THREADS="3",
    )
    assert outcome.returncode == 1
    assert outcome.stderr == (
        "error: AUDIENCE_MEMORY_LIMIT = 5MB is too little for this log: raise it, or lower"
        " AUDIENCE_DBT_THREADS (it is 3). Then build again\n"
        "Nothing was published; the last release is still served.\n"
    )
    assert ReleaseFolder(published.releases).current() == served
    assert not published.spill.exists()


def test_too_little_memory_stops_publishing(published: BuildFolder) -> None:
    served = ReleaseFolder(published.releases).current()
    outcome = run_audience(
        published,
        "publish",
        AUDIENCE_MEMORY_LIMIT="2MB",
        AUDIENCE_DBT_THREADS="4",
    )
    assert outcome.returncode == 1
    assert outcome.stderr == (
        "error: Not published. AUDIENCE_MEMORY_LIMIT = 2MB is too little for this log:"
        " raise it, or lower AUDIENCE_DBT_THREADS (it is 4). Then run `audience publish`\n"
    )
    assert ReleaseFolder(published.releases).current() == served
    assert not list(published.releases.glob(".unfinished-*"))
    assert not published.spill.exists()


def test_a_disk_that_is_full_when_publishing_serves_the_last_release(
    published: BuildFolder, small_disk: Callable[[int], Path]
) -> None:
    files = [path for path in published.root.rglob("*") if path.is_file()]
    size = sum(path.stat().st_size + PAGE for path in files)
    disk = BuildFolder(small_disk(size))
    shutil.copytree(published.root, disk.root, symlinks=True, dirs_exist_ok=True)
    served = ReleaseFolder(disk.releases).current()
    outcome = run_audience(disk, "publish")
    assert outcome.returncode == 1
    assert outcome.stderr == (
        f"error: Not published. The disk of {disk.root} is full: free some space. Then run"
        " `audience publish`\n"
    )
    assert ReleaseFolder(disk.releases).current() == served
    assert served is not None
    served.check()
    assert not list(disk.releases.glob(".unfinished-*"))


@pytest.mark.parametrize("exit_code", [-9, 137])
def test_a_dbt_that_was_killed_says_what_to_do(
    exit_code: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AUDIENCE_MEMORY_LIMIT", "7GB")
    said = resource_limits.explain_end(exit_code)
    assert said is not None
    assert "lower AUDIENCE_MEMORY_LIMIT (it is 7GB) or AUDIENCE_DBT_THREADS" in said
    assert resource_limits.explain_end(1) is None


def test_other_errors_are_left_alone(folder: BuildFolder) -> None:
    assert resource_limits.explain("IO Error: Permission denied", folder) is None
    assert (
        resource_limits.reason(OSError("Permission denied"), folder) == "Permission denied"
    )
    full = resource_limits.reason(OSError(28, os.strerror(28)), folder)
    assert full == f"The disk of {folder.root} is full: free some space"
