"""Queries and the end of the server."""

import asyncio
import logging
import threading

import duckdb
import pytest

from api.query_pool import QueryPool
from api.settings import Settings


def test_a_query_that_outlives_the_server_leaves_no_error_in_the_log(
    caplog: pytest.LogCaptureFixture,
) -> None:
    goes_on, begun, used = threading.Event(), threading.Event(), []

    def read(cursor: duckdb.DuckDBPyConnection) -> None:
        used.append(cursor)
        begun.set()
        goes_on.wait()

    async def ask(pool: QueryPool) -> None:
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(pool.run("customer", read), 0.01)
        begun.wait()

    with caplog.at_level(logging.WARNING), duckdb.connect() as connection:
        pool = QueryPool(connection, Settings())
        asyncio.run(ask(pool))
        goes_on.set()
        pool._threads.shutdown(wait=True)
        assert caplog.records == []
        with pytest.raises(duckdb.ConnectionException, match="closed"):
            used[0].execute("select 1")
