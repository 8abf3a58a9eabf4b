"""Run the API in a process of its own, for checks and measurements."""

import contextlib
import http.client
import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from scripts.build_folder import PROJECT, TIED_PROCESS, BuildFolder
from scripts.reported_error import ReportedError

START_SECONDS = 30


class MeasurementError(ReportedError):
    """A measurement cannot start; the message says what to do."""


@dataclass(frozen=True)
class RunningApi:
    """A running server.

    Attributes:
        url: its address.
        pid: the id of its parent process.
        seconds_to_answer: time from its start to its first answer.
    """

    url: str
    pid: int
    seconds_to_answer: float


@contextlib.contextmanager
def running_api(
    folder: BuildFolder,
    command: list[str],
    patience: float = START_SECONDS,
    is_up: Callable[[str], bool] | None = None,
    **settings: object,
) -> Iterator[RunningApi]:
    """Start a server on the releases of a folder; it ends with this program at the latest.

    Args:
        folder: its current release is served.
        command: a module and its arguments, such as ["api"].
        patience: seconds to wait for the first answer.
        is_up: checks whether the server at a URL answers; by default with a look-up.
        settings: settings of the API, see api.settings.

    Raises:
        MeasurementError: there is no release, or the server does not answer.
    """
    if not (folder.releases / "current").exists():
        raise MeasurementError(
            f"No release in {folder.releases}: run `audience build` first"
        )
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    environment = os.environ | {
        "PYTHONPATH": str(PROJECT),
        "AUDIENCE_RELEASE_DIR": str(folder.releases),
        "AUDIENCE_HOST": "127.0.0.1",
        "AUDIENCE_PORT": str(port),
        "AUDIENCE_API_KEYS": "",
        "AUDIENCE_RATE_LIMIT": "",
        **{f"AUDIENCE_{name.upper()}": str(value) for name, value in settings.items()},
    }
    is_up = is_up or answers
    started = time.monotonic()
    server = subprocess.Popen(
        [sys.executable, "-P", str(TIED_PROCESS), *command],
        cwd=PROJECT,
        env=environment,
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
    )
    url = f"http://127.0.0.1:{port}"
    try:
        while not is_up(url):
            if server.poll() is not None or time.monotonic() - started > patience:
                raise MeasurementError(f"The server at {url} does not answer")
            time.sleep(0.02)
        yield RunningApi(url, server.pid, time.monotonic() - started)
    finally:
        server.terminate()
        server.wait(60)
        assert server.stdin is not None
        server.stdin.close()


def answers(url: str) -> bool:
    """Whether the server answers a look-up."""
    try:
        with urllib.request.urlopen(f"{url}/recommend/1", timeout=5) as answer:  # noqa: S310
            return bool(answer.status == 200)
    except (OSError, http.client.HTTPException):
        return False
