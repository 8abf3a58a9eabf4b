"""Switches between releases while requests are answered."""

import asyncio
import contextlib
import json
import os
import shutil
import signal
import time
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import duckdb
import httpx
import psutil
import pytest

from api.release import Release
from api.routes.information import health
from api.settings import Settings
from scripts.build_folder import BuildFolder
from scripts.releases.publish import publish, roll_back
from scripts.releases.release_folder import ReleaseFolder
from tests.api.conftest import Serve, ServeInThread, Server
from tests.load import Load, served


def open_releases(server: Server) -> set[str]:
    """Releases with files that the workers hold open."""
    held = set()
    for worker in psutil.Process(server.process.pid).children(recursive=True):
        for file in worker.open_files():
            if file.path.endswith("audience.duckdb"):
                held.add(Path(file.path).parent.name)
    return held


@pytest.mark.slow
def test_releases_switch_under_load_without_a_failed_request(
    serve: Serve, published: BuildFolder
) -> None:
    server = serve(published, workers=2)
    first = served(server)
    with Load(server) as load:
        second = publish(published)
        server.wait_for(lambda: served(server) == second.release_id)
        third = publish(published)
        server.wait_for(lambda: served(server) == third.release_id)
        roll_back(ReleaseFolder(published.releases))
        server.wait_for(lambda: served(server) == second.release_id)
        time.sleep(0.5)
    assert load.errors == []
    assert set(load.statuses) == {200}
    assert load.mixed == []
    assert {first, second.release_id, third.release_id} == set(load.releases)
    server.wait_for(lambda: open_releases(server) == {second.release_id})
    text = server.get("/metrics").text
    assert f'audience_release_info{{release_id="{second.release_id}"}} 1.0' in text
    assert "audience_release_switches_total 6.0" in text, "three, in two workers"


def test_a_worker_that_is_killed_is_replaced(
    serve: Serve, release_copy: BuildFolder
) -> None:
    server = serve(release_copy, workers=2)
    parent = psutil.Process(server.process.pid)

    def workers() -> set[int]:
        # The only other child is multiprocessing's resource tracker, without connections.
        found = set()
        for child in parent.children():
            # A child may end while it is looked at.
            with contextlib.suppress(psutil.NoSuchProcess):
                if child.status() != psutil.STATUS_ZOMBIE and child.net_connections():
                    found.add(child.pid)
        return found

    server.wait_for(lambda: len(workers()) == 2)
    time.sleep(2)  # A younger worker is not replaced at once.
    before = workers()
    victim = min(before)
    os.kill(victim, signal.SIGKILL)
    server.wait_for(lambda: len(workers()) == 2 and victim not in workers())

    def all_answer() -> bool:
        with httpx.Client(base_url=server.url) as fresh:
            return all(fresh.get("/recommend/5").status_code == 200 for _ in range(20))

    server.wait_for(all_answer)


def test_workers_end_with_their_parent(serve: Serve, release_copy: BuildFolder) -> None:
    server = serve(release_copy)
    children = psutil.Process(server.process.pid).children(recursive=True)
    server.process.kill()
    assert psutil.wait_procs(children, timeout=20)[1] == []


def test_stopping_finishes_requests_in_flight(
    serve: Serve, release_copy: BuildFolder
) -> None:
    server = serve(release_copy)
    with server.client.stream("GET", "/audience/5?n=100000") as stream:
        parts = stream.iter_bytes(100)
        received = next(parts)
        server.process.terminate()
        received += b"".join(parts)
    assert len(received.splitlines()) > 4000
    assert server.process.wait(timeout=30) == 0


def test_without_a_release_the_error_names_the_command(
    serve_in_thread: ServeInThread, folder: BuildFolder
) -> None:
    server = serve_in_thread(folder)
    health = server.get("/health")
    assert (health.status_code, health.json()["status"]) == (503, "unavailable")
    assert health.json()["model_loaded"] is False
    assert server.get("/ready").status_code == 503
    for path in (
        "/recommend/5",
        "/products/sample",
        "/customers/5",
        "/diagnostics",
        "/release",
    ):
        answer = server.get(path)
        assert answer.status_code == 503
        assert "Run `audience build`" in answer.json()["detail"]
        assert answer.headers["retry-after"] == "5"
    assert server.get("/").status_code == 200


def test_the_first_release_is_served_when_it_appears(
    serve_in_thread: ServeInThread, release_copy: BuildFolder
) -> None:
    pointer = release_copy.releases / "current"
    target = str(pointer.readlink())
    pointer.unlink()
    server = serve_in_thread(release_copy)
    assert served(server) is None
    pointer.symlink_to(target)
    server.wait_for(lambda: served(server) == target)
    assert server.get("/ready").status_code == 200


@pytest.mark.parametrize(
    "damage", ["truncated", "flipped", "no database", "no manifest", "half manifest"]
)
def test_a_damaged_release_is_not_served_and_is_named(
    serve_in_thread: ServeInThread, published: BuildFolder, damage: str
) -> None:
    server = serve_in_thread(published)
    good = served(server)
    broken = published.releases / "000009-20260101T000000Z"
    shutil.copytree(published.releases / str(good), broken)
    if damage == "truncated":
        os.truncate(broken / "audience.duckdb", 100_000)
    elif damage == "flipped":
        with (broken / "audience.duckdb").open("r+b") as database:
            database.seek(database.seek(0, os.SEEK_END) // 2)
            block = database.read(4096)
            database.seek(-len(block), os.SEEK_CUR)
            database.write(bytes(255 - byte for byte in block))
    elif damage == "no database":
        (broken / "audience.duckdb").unlink()
    elif damage == "no manifest":
        (broken / "manifest.json").unlink()
    else:
        text = (broken / "manifest.json").read_text()
        (broken / "manifest.json").write_text(text[: len(text) // 2])
    link = published.releases / "next"
    link.symlink_to(broken.name)
    link.replace(published.releases / "current")
    server.wait_for(lambda: server.get("/health").json()["status"] == "degraded")
    health = server.get("/health")
    assert health.status_code == 200
    assert broken.name in health.json()["reasons"][0]
    assert str(published.root) not in health.text
    assert served(server) == good
    assert server.get("/recommend/5").status_code == 200
    # The next release repairs it.
    last = publish(published)
    server.wait_for(lambda: served(server) == last.release_id)
    assert server.get("/health").json()["status"] == "healthy"


def test_a_release_that_becomes_unreadable_degrades_health(
    release_copy: BuildFolder,
) -> None:
    async def health_of(release: Release) -> dict[str, Any]:
        context = SimpleNamespace(
            serving=SimpleNamespace(release=release, trouble=None, opt_out_trouble=None),
            settings=Settings(),
        )
        request = SimpleNamespace(app=SimpleNamespace(ctx=context))
        answer: dict[str, Any] = json.loads((await health(request)).body)
        return answer

    async def run() -> None:
        release = Release((release_copy.releases / "current").resolve(), Settings())
        assert (await health_of(release))["status"] == "healthy"
        release._queries["broken"] = "select error('IO Error: corrupt block')"
        with pytest.raises(duckdb.Error):
            await release.ask("broken")
        found = await health_of(release)
        assert found["status"] == "degraded"
        assert f"A read of {release.release_id} failed" in found["reasons"][0]
        release.retire()

    asyncio.run(run())


def test_a_deleted_release_is_still_served(
    serve_in_thread: ServeInThread, release_copy: BuildFolder
) -> None:
    server = serve_in_thread(release_copy)
    good = served(server)
    shutil.rmtree(release_copy.releases)
    server.wait_for(lambda: server.get("/health").json()["status"] == "degraded")
    assert served(server) == good
    assert server.get("/recommend/5?n=50").json()["count"] == 50
    assert "`current` leads to no release" in server.get("/health").json()["reasons"][0]


def test_an_old_release_degrades_health(
    serve_in_thread: ServeInThread, release_copy: BuildFolder
) -> None:
    manifest = release_copy.releases / "current" / "manifest.json"
    facts = json.loads(manifest.read_text())
    facts["created_at"] = "2020-01-01T00:00:00+00:00"
    manifest.write_text(json.dumps(facts))
    health = serve_in_thread(release_copy).get("/health").json()
    assert health["status"] == "degraded"
    assert "days old, more than 10" in health["reasons"][0]
