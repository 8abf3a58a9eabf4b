"""Run the API in processes of its own, to measure it from the outside."""

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
    """Something that is needed to measure is not there; the message says what to do."""


@dataclass(frozen=True)
class RunningApi:
    """A server that answers.

    Attributes:
        url: where it listens.
        pid: its parent process.
        seconds_to_answer: from its start to its first answer.
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
    """Start a server over the releases of a folder; it ends with this program, or before.

    Args:
        folder: whose current release is served.
        command: a module and its arguments, such as ["api"].
        patience: seconds that it may take to answer.
        is_up: asks whether it does; by a look-up, unless told otherwise.
        settings: of api.settings.

    Raises:
        MeasurementError: there is no release, or the server does not answer.
    """
    if not (folder.releases / "current").exists():
        raise MeasurementError(f"No release in {folder.releases}: run `make build` first")
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
    """Whether a look-up is answered."""
    try:
        with urllib.request.urlopen(f"{url}/recommend/1", timeout=5) as answer:  # noqa: S310
            return bool(answer.status == 200)
    except (OSError, http.client.HTTPException):
        return False
