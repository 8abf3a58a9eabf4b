"""Servers to call: processes of their own, and threads of the test process."""

import os
import shutil
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import duckdb
import httpx
import pytest

from scripts.build_folder import PROJECT, BuildFolder
from tests.api.in_process import ThreadServer
from tests.api.running_api import RunningApi
from tests.conftest import FinishedBuild, build_once, run_audience


class Server(RunningApi):
    """An API in a process of its own, as `audience serve` starts it.

    Attributes:
        log: the file with its output.
        process: the parent of its workers.
    """

    def __init__(
        self, url: str, folder: BuildFolder, log: Path, process: subprocess.Popen[bytes]
    ) -> None:
        super().__init__(url, folder)
        self.log = log
        self.process = process

    def stop(self) -> None:
        """Stop it, and wait until it has ended."""
        super().stop()
        self.process.terminate()
        self.process.wait(timeout=30)

    def printed(self) -> str:
        """Its log."""
        return self.log.read_text()


Serve = Callable[..., Server]
ServeInThread = Callable[..., RunningApi]


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def start(folder: BuildFolder, log: Path, **settings: object) -> Server:
    """Start an API over the releases of a folder, and wait until it answers."""
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
    """Stop a server that `start` has started."""
    server.stop()


@pytest.fixture(scope="session")
def server(
    dirty_build: FinishedBuild, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Server]:
    """A server over the release of a small log; tests only read from it."""
    running = start(dirty_build.folder, tmp_path_factory.mktemp("api") / "log")
    yield running
    running.stop()


@pytest.fixture
def serve(tmp_path: Path) -> Iterator[Serve]:
    """Starts processes with other settings or releases, and stops them."""
    running: list[Server] = []

    def run(folder: BuildFolder, **settings: object) -> Server:
        running.append(start(folder, tmp_path / f"log-{len(running)}", **settings))
        return running[-1]

    yield run
    for one in running:
        one.stop()


@pytest.fixture
def serve_in_thread() -> Iterator[ServeInThread]:
    """Starts servers with other settings or releases in threads, and stops them."""
    running: list[ThreadServer] = []

    def run(folder: BuildFolder, **settings: object) -> RunningApi:
        running.append(ThreadServer(folder, **settings))
        return running[-1]

    yield run
    for one in running:
        one.stop()


@pytest.fixture
def release_copy(dirty_build: FinishedBuild, folder: BuildFolder) -> BuildFolder:
    """The release of a small log, without its warehouse; a test may change it."""
    shutil.copytree(dirty_build.folder.releases, folder.releases, symlinks=True)
    return folder


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
