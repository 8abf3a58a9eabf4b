"""A server to call: a process of its own, over a release of its own."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import duckdb
import httpx
import pytest

from scripts.build_folder import PROJECT, BuildFolder
from tests.conftest import FinishedBuild, build_once, run_audience


@dataclass
class Server:
    """A running API.

    Attributes:
        url: where it listens.
        folder: whose releases it serves.
        log: what it prints.
    """

    url: str
    folder: BuildFolder
    log: Path
    process: subprocess.Popen[bytes]
    client: httpx.Client = field(init=False)

    def __post_init__(self) -> None:
        self.client = httpx.Client(base_url=self.url, timeout=30)

    def get(self, path: str, **options: Any) -> httpx.Response:
        return self.client.get(path, **options)

    def wait_for(self, condition: Callable[[], bool], seconds: float = 15) -> None:
        end = time.monotonic() + seconds
        while not condition():
            assert time.monotonic() < end, self.log.read_text()
            time.sleep(0.05)

    def release(self) -> duckdb.DuckDBPyConnection:
        return duckdb.connect(
            self.folder.releases / "current" / "audience.duckdb", read_only=True
        )


Serve = Callable[..., Server]


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def start(folder: BuildFolder, log: Path, **settings: object) -> Server:
    port = free_port()
    environment = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith("AUDIENCE_")
    } | {
        "AUDIENCE_RELEASE_DIR": str(folder.releases),
        "AUDIENCE_PORT": str(port),
        "AUDIENCE_WORKERS": "1",
        "AUDIENCE_SWITCH_SECONDS": "0.1",
        **{f"AUDIENCE_{name.upper()}": str(value) for name, value in settings.items()},
    }
    process = subprocess.Popen(
        [sys.executable, "-m", "api"],
        cwd=PROJECT,
        env=environment,
        stdout=log.open("wb"),
        stderr=subprocess.STDOUT,
    )
    server = Server(f"http://127.0.0.1:{port}", folder, log, process)

    def answers() -> bool:
        assert process.poll() is None, log.read_text()
        try:
            return server.get("/health").status_code in (200, 503)
        except httpx.TransportError:
            return False

    server.wait_for(answers)
    return server


def stop(server: Server) -> None:
    server.client.close()
    server.process.terminate()
    server.process.wait(timeout=30)


@pytest.fixture(scope="session")
def server(
    dirty_build: FinishedBuild, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Server]:
    """A server over the release of a small log; tests may only ask."""
    running = start(dirty_build.folder, tmp_path_factory.mktemp("api") / "log")
    yield running
    stop(running)


@pytest.fixture
def serve(tmp_path: Path) -> Iterator[Serve]:
    """Starts servers with other settings or releases, and stops them."""
    running: list[Server] = []

    def run(folder: BuildFolder, **settings: object) -> Server:
        running.append(start(folder, tmp_path / f"log-{len(running)}", **settings))
        return running[-1]

    yield run
    for one in running:
        stop(one)


@pytest.fixture(scope="session")
def text_build(tmp_path_factory: pytest.TempPathFactory) -> BuildFolder:
    """A release with text ids: quotes, commas, slashes, emoji."""

    def build(root: Path) -> subprocess.CompletedProcess[str]:
        log = root / "log.csv"
        with duckdb.connect() as connection:
            connection.execute(
                "create table log (customer_id text, product_id text, event text,"
                " event_date text)"
            )
            connection.executemany(
                "insert into log values (?, ?, 'cart', '2023-01-01')",
                [
                    ('O\'Neil, "Bob"', "A/1"),
                    ("🛒", "A/1"),
                    ("007", "../../etc/passwd"),
                    ("<b>", "x' or 1=1 --"),
                ],
            )
            connection.execute(f"copy log to '{log}'")
        return run_audience(
            BuildFolder(root / "build"),
            "build",
            *("--log", str(log), "--vars", "{id_type: text, top_n: 3}"),
        )

    root, _ = build_once(tmp_path_factory, "text", build)
    return BuildFolder(root / "build")
