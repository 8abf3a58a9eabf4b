"""The API in the test process: a server in a thread, or an open release without a server.

Starting a process takes over a second, a thread a few hundredths. What needs the process
itself - signals, several workers, its log - uses `serve` of conftest.py.
"""

import asyncio
import contextlib
import functools
import shutil
import socket
import tempfile
import threading
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import duckdb
from sanic import Sanic
from sanic.server import AsyncioServer

from api.application import create_app
from api.audiences import Audiences, Lookups
from api.protocol import PunctualProtocol
from api.release import Release
from api.settings import Settings, variable
from scripts.build_folder import BuildFolder
from tests.api.running_api import RunningApi

# Allows several applications with one name, and compiles Sanic's server for each of them.
Sanic.test_mode = True


@functools.cache
def application() -> Sanic[Any, Any]:
    """An application that is not started."""
    return create_app(Settings())


class ThreadServer(RunningApi):
    """The API in a thread, on a real socket."""

    def __init__(
        self, folder: BuildFolder, listen: str = "127.0.0.1", **settings: object
    ) -> None:
        """Start it over the releases of a folder.

        Args:
            folder: the folder.
            listen: the address of its socket.
            settings: see `api.settings`.
        """
        listener = socket.create_server((listen, 0))
        super().__init__(f"http://127.0.0.1:{listener.getsockname()[1]}", folder)
        given = {"release_dir": folder.releases, "switch_seconds": 0.05, **settings}
        self._app = create_app(
            Settings.from_environment(
                {variable(name): str(value) for name, value in given.items()}
            )
        )
        self._copies = tempfile.TemporaryDirectory()
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        self._server: AsyncioServer = self._do(self._start(listener))

    def release(self) -> duckdb.DuckDBPyConnection:
        """A copy of the release: a process opens a file with one configuration."""
        database = self.folder.releases / "current" / "audience.duckdb"
        copy = Path(tempfile.mkdtemp(dir=self._copies.name)) / database.name
        shutil.copy(database, copy)
        return duckdb.connect(copy, read_only=True)

    def stop(self) -> None:
        """Stop it, and close its release."""
        super().stop()
        self._do(self._stop())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(timeout=10)
        self._loop.close()
        self._copies.cleanup()

    def _do(self, work: Any) -> Any:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(timeout=30)

    async def _start(self, listener: socket.socket) -> AsyncioServer:
        server = await self._app.create_server(
            sock=listener,
            protocol=PunctualProtocol,
            asyncio_server_kwargs={"start_serving": False},
        )
        assert server is not None
        await server.startup()
        await server.before_start()
        await server.start_serving()
        await server.after_start()
        return server

    async def _stop(self) -> None:
        await self._server.before_stop()
        await self._server.close()
        for connection in list(self._server.connections):
            connection.close()
        await self._server.after_stop()


@contextlib.asynccontextmanager
async def opened(
    folder: BuildFolder, settings: Settings, lookups: Lookups | None = None
) -> AsyncIterator[Audiences]:
    """Look-ups in a copy of the release: a process opens a file with one configuration."""
    with tempfile.TemporaryDirectory() as place:
        copy = Path(place) / "release"
        shutil.copytree(folder.releases / "current", copy)
        release = Release(copy, settings)
        try:
            yield await Audiences.load(release, settings, lookups or Lookups())
        finally:
            release.retire()
