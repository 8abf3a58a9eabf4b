"""Runs the queries of a release: some at once, and each with a time limit."""

import asyncio
import contextlib
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

import duckdb

from api.problems import too_slow
from api.query_gates import QueryGates
from api.settings import Settings

Result = TypeVar("Result")
Read = Callable[[duckdb.DuckDBPyConnection], Result]


class QueryPool:
    """Cursors of a connection, and a thread for each."""

    def __init__(self, connection: duckdb.DuckDBPyConnection, settings: Settings) -> None:
        """Set it up.

        Args:
            connection: of a release; it stays open longer than this.
            settings: how many queries run at once, and how long.
        """
        self._limit = settings.query_seconds
        self._gates = QueryGates(settings)
        at_once = settings.concurrent_queries + self._gates.places
        self._threads = ThreadPoolExecutor(at_once, "query")
        self._cursors: asyncio.Queue[duckdb.DuckDBPyConnection] = asyncio.Queue()
        for _ in range(at_once):
            self._cursors.put_nowait(connection.cursor())
        self._is_closed = False

    async def run(self, question: str, read: Read[Result]) -> Result:
        """The answer to a question.

        Args:
            question: decides how many queries of its kind run at once.
            read: reads the answer with a cursor, in a thread.

        Raises:
            Problem: the query took too long and was stopped, or too many of its kind wait.
            duckdb.Error: it failed.
        """
        async with self._gates.of(question) or contextlib.nullcontext():
            return await self._run(read)

    async def _run(self, read: Read[Result]) -> Result:
        loop = asyncio.get_running_loop()
        cursor = await self._cursors.get()
        stopwatch = loop.call_later(self._limit, cursor.interrupt)

        def give_back() -> None:
            stopwatch.cancel()
            if self._is_closed:
                cursor.close()
            else:
                self._cursors.put_nowait(cursor)

        def end(_: object) -> None:
            try:
                loop.call_soon_threadsafe(give_back)
            except RuntimeError:
                cursor.close()  # The server has ended meanwhile.

        running = self._threads.submit(read, cursor)
        # The cursor is free when the query has ended, even if its request was cancelled.
        running.add_done_callback(end)
        try:
            return await asyncio.wrap_future(running)
        except duckdb.InterruptException as error:
            raise too_slow(self._limit) from error
        except asyncio.CancelledError:
            cursor.interrupt()
            raise

    def close(self) -> None:
        """Close the cursors; one that is in use closes when its query has ended."""
        self._is_closed = True
        while not self._cursors.empty():
            self._cursors.get_nowait().close()
        self._threads.shutdown(wait=False)
