"""The interface of a running API for tests, in a process or in a thread."""

import time
from collections.abc import Callable
from typing import Any

import duckdb
import httpx

from scripts.build_folder import BuildFolder


class RunningApi:
    """A running API.

    Attributes:
        url: where it listens.
        folder: whose releases it serves.
        client: an HTTP client of it.
    """

    def __init__(self, url: str, folder: BuildFolder) -> None:
        self.url = url
        self.folder = folder
        self.client = httpx.Client(base_url=url, timeout=30)

    def stop(self) -> None:
        """Stop it."""
        self.client.close()

    def printed(self) -> str:
        """Its output, for the message of a failure."""
        return ""

    def get(self, path: str, **options: Any) -> httpx.Response:
        """Send a GET request."""
        return self.client.get(path, **options)

    def wait_for(self, condition: Callable[[], bool], seconds: float = 15) -> None:
        """Wait until a condition holds; fails after some seconds."""
        end = time.monotonic() + seconds
        while not condition():
            assert time.monotonic() < end, self.printed()
            time.sleep(0.05)

    def release(self) -> duckdb.DuckDBPyConnection:
        """The release that it serves, opened as a reader does."""
        return duckdb.connect(
            self.folder.releases / "current" / "audience.duckdb", read_only=True
        )
