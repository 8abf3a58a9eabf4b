"""Faults during a refresh: nothing is lost, and the previous release stays served."""

import contextlib
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from datetime import datetime, timedelta
from pathlib import Path

import psutil
import pytest
from rich.console import Console

from scripts.build.refresh import refresh
from scripts.build_folder import PROJECT, SMOKE_CHECK, BuildFolder
from scripts.releases import release_writer, run_history
from scripts.releases.publish import roll_back
from scripts.releases.release_folder import ReleaseFolder
from tests.api.conftest import Serve, Server
from tests.chaos.conftest import Marketplace
from tests.conftest import run_audience
from tests.load import Load, served
from tests.readers import Readers
from tests.scripts.build.test_crashes import VICTIMS, kill_a_build

KILLS = 6
# Free space on the disk: from nothing to almost enough.
FREE_BYTES = (0, 100_000, 1_000_000, 4_000_000, 12_000_000)


def serving_workers(server: Server) -> set[int]:
    """Worker processes with an open release."""
    children = psutil.Process(server.process.pid).children()
    return {
        child.pid
        for child in children
        if any(file.path.endswith("audience.duckdb") for file in child.open_files())
    }


def left_running(market: Marketplace) -> list[psutil.Process]:
    """Processes with open files of the marketplace."""
    found = []
    for process in psutil.process_iter():
        with contextlib.suppress(psutil.Error):
            if any(
                Path(file.path).is_relative_to(market.folder.root)
                for file in process.open_files()
            ):
                found.append(process)
    return found


def publishes(market: Marketplace, before: str | None) -> None:
    """Check that an undisturbed refresh publishes."""
    outcome = market.refresh()
    assert outcome.returncode == 0, outcome.stderr
    assert market.served is not None
    assert market.served > (before or "")
    assert market.results[-1] == "published"


def test_a_full_disk_at_any_write(market: Marketplace, tmp_path: Path) -> None:
    market.log.grow()
    size = sum(
        file.stat().st_blocks * 512 for file in tmp_path.joinpath("build").rglob("*")
    )
    disk = tmp_path / "disk"
    disk.mkdir()

    def mount(options: str) -> bool:
        command = ["mount", "-t", "tmpfs", "-o", options, "tmpfs", str(disk)]
        return not subprocess.run(command, check=False).returncode

    if shutil.which("mount") is None or not mount(f"size={size + 64_000_000}"):
        pytest.skip("a small disk cannot be mounted here")
    try:
        full = BuildFolder(disk / "build")
        shutil.copytree(market.folder.root, full.root, symlinks=True)
        market.folder, market.readers = full, Readers(full)
        before = market.served
        used = shutil.disk_usage(disk).used
        for free in FREE_BYTES:
            assert mount(f"remount,size={used + free}")
            outcome = market.refresh()
            assert outcome.returncode == 1, f"{free} bytes were enough"
            assert "is full: free some space" in outcome.stderr, outcome.stderr
            assert market.served == before
        assert mount("remount,size=4g")
        publishes(market, before)
    finally:
        subprocess.run(["umount", str(disk)], check=True)


def test_a_refresh_that_is_killed_at_any_moment(market: Marketplace) -> None:
    """Every second kill comes late, while it publishes, checks or cleans up."""
    before = market.served
    started = time.monotonic()
    market.log.grow()
    publishes(market, before)
    takes = time.monotonic() - started
    chance = random.Random(4)
    kills = 0
    while kills < KILLS:
        market.log.grow()
        after, longest = ("Publishing", 4) if kills % 2 else ("", takes)
        outcome = kill_a_build(
            market.folder, None, VICTIMS[kills % 3], chance.uniform(0.1, longest), after
        )
        market.check(outcome.output)
        if outcome.killed:
            kills += 1
            assert outcome.exit_code == -signal.SIGKILL or "killed" in outcome.output
    market.log.grow()
    publishes(market, before)
    assert set(market.results) <= {"published", "killed", "failed"}
    assert left_running(market) == []
    assert not list(market.folder.root.glob(f"{SMOKE_CHECK}*"))


@pytest.mark.parametrize(
    "damage",
    [b"\x89PNG\r\n\x1a\n\x00\x00 no text", b"customer_id\n1\n", b""],
    ids=["a picture", "columns are missing", "empty"],
)
def test_a_damaged_file_among_good_ones(market: Marketplace, damage: bytes) -> None:
    before = market.served
    market.log.grow(2)
    bad = market.log.folder / "2023-03-25b.csv"
    bad.write_bytes(damage)
    outcome = market.refresh()
    assert outcome.returncode == 1
    assert bad.name in outcome.stderr
    assert market.served == before
    assert market.results[-1] == "failed"
    bad.unlink()
    publishes(market, before)


def test_a_clock_that_jumps_back(
    market: Marketplace, serve: Serve, monkeypatch: pytest.MonkeyPatch
) -> None:
    server = serve(market.folder)
    before = market.served
    market.log.grow()

    class Earlier(datetime):
        @classmethod
        def now(cls, tz: object = None) -> "Earlier":
            return super().now(tz) - timedelta(days=400)  # type: ignore[arg-type]

    monkeypatch.setattr(release_writer, "datetime", Earlier)
    monkeypatch.setattr(run_history, "datetime", Earlier)
    # The API that the refresh starts is another process, with the right clock.
    monkeypatch.setenv("AUDIENCE_MAX_RELEASE_AGE_DAYS", "1000")
    monkeypatch.setenv("AUDIENCE_API_URL", "http://127.0.0.1:9")
    refresh(market.folder, Console(quiet=True))
    server.wait_for(lambda: served(server) == market.served)
    assert market.served is not None
    assert before is not None
    assert market.served > before, "numbers order releases, whatever the clock says"
    assert market.served.split("-")[1] < before.split("-")[1]
    monkeypatch.undo()
    market.log.grow()
    publishes(market, market.served)
    assert market.results == ["published"] * 3


def test_two_refreshes_at_once(market: Marketplace) -> None:
    before = market.served
    market.log.grow()
    command = [sys.executable, "-m", "scripts.cli", "refresh"]
    environment = os.environ | {
        "AUDIENCE_BUILD_DIR": str(market.folder.root),
        "PYTHONPATH": str(PROJECT),
    }
    both = [
        subprocess.Popen(
            command,
            cwd=PROJECT,
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        for _ in range(2)
    ]
    said = [program.communicate()[0] for program in both]
    for text in said:
        market.check(text)
    assert sorted(program.returncode for program in both) == [0, 1]
    assert sum("Another build is writing to" in text for text in said) == 1
    assert sorted(market.results) == ["failed", "published", "published"]
    assert market.served is not None
    assert market.served > (before or "")


def test_a_read_only_folder_of_releases(market: Marketplace) -> None:
    before = market.served
    market.log.grow()
    lock = ["chattr", "+i", str(market.folder.releases)]
    if shutil.which("chattr") is None or subprocess.run(lock, check=False).returncode:
        pytest.skip("a folder cannot be made read-only for root here")
    try:
        outcome = market.refresh()
    finally:
        subprocess.run(["chattr", "-i", str(market.folder.releases)], check=True)
    assert outcome.returncode == 1
    assert "could not be written to" in outcome.stderr
    assert market.served == before
    publishes(market, before)


def test_a_pointer_to_nowhere(market: Marketplace, serve: Serve) -> None:
    before = market.served
    server = serve(market.folder)
    pointer = market.folder.releases / "current"
    with Load(server) as load:
        pointer.unlink()
        pointer.symlink_to("000009-20990101T000000Z")
        outcome = market.refresh()
        time.sleep(1)
    assert outcome.returncode == 1
    assert (
        "does not lead to a release: serve one with `audience rollback`" in outcome.stderr
    )
    assert load.errors == []
    assert set(load.statuses) == {200}
    assert set(load.releases) == {before}
    ReleaseFolder(market.folder.releases).serve(
        ReleaseFolder(market.folder.releases).all()[-1]
    )
    market.log.grow()
    publishes(market, before)


def test_a_half_copied_release(market: Marketplace, serve: Serve) -> None:
    before = market.served
    assert before is not None
    server = serve(market.folder)
    releases = market.folder.releases
    half = releases / "000002-20990101T000000Z"
    with Load(server) as load:
        shutil.copytree(releases / before, half)
        for large in ("audience.duckdb", "parquet/customers.parquet"):
            os.truncate(half / large, 30_000)
        pointer = releases / "half"
        pointer.symlink_to(half.name)
        pointer.replace(releases / "current")
        time.sleep(2)
    assert load.errors == []
    assert set(load.statuses) == {200}
    assert set(load.releases) == {before}
    reasons = server.get("/health").json()["reasons"]
    assert half.name in " ".join(reasons)
    # A roll-back and the comparison both skip it.
    assert roll_back(ReleaseFolder(releases)).release_id == before
    market.log.grow()
    outcome = run_audience(market.folder, "refresh")
    assert outcome.returncode == 0, outcome.stderr
    assert market.results[-1] == "published"
    # The readers check every release in the folder.
    shutil.rmtree(half)
    market.check(outcome.stdout + outcome.stderr)


def test_a_worker_that_is_killed_under_load(market: Marketplace, serve: Serve) -> None:
    server = serve(market.folder, workers=2)
    with Load(server, clients=4) as load:
        time.sleep(1)
        before = serving_workers(server)
        os.kill(min(before), signal.SIGKILL)
        server.wait_for(lambda: len(serving_workers(server) - before) == 1)
        answered = sum(load.statuses.values())
        time.sleep(1)
    assert sum(load.statuses.values()) > answered, "it goes on"
    assert set(load.statuses) == {200}
    assert len(load.errors) <= 4, "no more than were on their way to the worker"


def test_a_worker_that_is_frozen_under_load(market: Marketplace, serve: Serve) -> None:
    server = serve(market.folder, workers=2, frozen_seconds=2)
    before = serving_workers(server)
    with Load(server, clients=8) as load:
        time.sleep(1)
        os.kill(min(before), signal.SIGSTOP)
        server.wait_for(lambda: len(serving_workers(server) - before) == 1)
        answered = sum(load.statuses.values())
        time.sleep(1)
    assert min(before) not in serving_workers(server)
    assert sum(load.statuses.values()) > answered, "it goes on"
    assert set(load.statuses) == {200}
    assert len(load.errors) <= 8, "no more than were on their way to the worker"
    assert "A worker has not reacted for 2 s; replacing it" in server.printed()
    replaced = 'audience_workers_replaced_total{reason="hung"} 1.0'
    assert replaced in server.get("/metrics").text


def test_a_stopped_and_continued_server_replaces_no_worker(
    market: Marketplace, serve: Serve
) -> None:
    server = serve(market.folder, workers=2, frozen_seconds=1)
    before = serving_workers(server)
    all_of_it = [server.process.pid, *before]
    for number in (signal.SIGSTOP, signal.SIGCONT):
        for process in all_of_it:
            os.kill(process, number)
        time.sleep(3)
    assert serving_workers(server) == before
    assert server.get("/health").status_code == 200
