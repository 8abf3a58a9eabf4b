"""Batches: exact, in few queries, and within the time limit."""

import asyncio
import gc
import json
import weakref
from collections import Counter
from types import SimpleNamespace
from typing import Any

import pytest
from prometheus_client import CollectorRegistry

from api import customer_orders
from api.audiences import Audiences, Lookups
from api.problems import Problem
from api.routes.audiences import recommend_batch
from api.settings import Settings
from api.unsent_bytes import UnsentBytes
from tests.api.conftest import Server
from tests.api.expected_audiences import expected_audience
from tests.api.in_process import opened

PRODUCTS = [*range(1, 200), -5, 10**9]


def counted(served: Audiences) -> Counter[str]:
    """Counts the queries of the release from now on."""
    asked: Counter[str] = Counter()
    original = served.release._pool._run

    def run(read: Any) -> Any:
        asked["queries"] += 1
        return original(read)

    served.release._pool._run = run  # type: ignore[method-assign]
    return asked


def test_unused_look_ups_are_freed_at_once(server: Server) -> None:
    """They hold the lists of a release; until garbage collection, they would add up."""

    async def use() -> weakref.ref[Audiences]:
        async with opened(server.folder, Settings()) as served:
            await served.bodies(PRODUCTS, 10)
            return weakref.ref(served)

    gc.collect()
    gc.disable()
    try:
        assert asyncio.run(use())() is None
    finally:
        gc.enable()


@pytest.mark.parametrize("kept", [20, customer_orders.RANKS_KEPT])
def test_a_batch_of_any_length_matches_the_definition(
    server: Server, monkeypatch: pytest.MonkeyPatch, kept: int
) -> None:
    """Also if so few ranks are in memory that some products need a query."""
    monkeypatch.setattr("api.customer_orders.RANKS_KEPT", kept)

    async def run() -> tuple[dict[Any, bytes], int]:
        async with opened(server.folder, Settings()) as served:
            asked = counted(served)
            return await served.bodies(PRODUCTS, 18), asked["queries"]

    bodies, queries = asyncio.run(run())
    assert (queries > 2) == (kept == 20), "lists and exclusions"
    with server.release() as release:
        known = {
            row[0] for row in release.execute("select product_id from products").fetchall()
        }
        for product in PRODUCTS:
            body = json.loads(bodies[product])
            assert body["recommendations"] == expected_audience(release, product, 18)
            assert body["cold_start"] == (product not in known)


@pytest.mark.parametrize(("n", "queries"), [(3, 1), (50, 2)])
def test_batches_that_wait_together_share_queries(
    server: Server, n: int, queries: int
) -> None:
    async def run() -> int:
        async with opened(server.folder, Settings()) as served:
            asked = counted(served)
            await asyncio.gather(*(served.bodies(PRODUCTS[k:], n) for k in range(20)))
            return asked["queries"]

    assert asyncio.run(run()) == queries


def test_without_memory_each_block_is_read_once(server: Server) -> None:
    async def run() -> tuple[int, int, Lookups]:
        lookups = Lookups()
        settings = Settings(cache_products=0, cache_megabytes=0)
        async with opened(server.folder, settings, lookups) as served:
            asked = counted(served)
            await served.bodies(PRODUCTS, 3)
            return asked["queries"], len(served._blocks) + len(served._lists), lookups

    queries, kept, lookups = asyncio.run(run())
    assert (queries, kept) == (2 + 1, 0), "two blocks, and all lists"
    assert (lookups.hits, lookups.misses) == (1, len(PRODUCTS) - 1), (
        "-5 is below all blocks"
    )


def test_cancelling_one_look_up_does_not_affect_the_others(server: Server) -> None:
    async def run() -> bytes:
        async with opened(server.folder, Settings()) as served:
            leaving = asyncio.create_task(served.bodies([5], 50))
            staying = asyncio.create_task(served.bodies([5, 6], 50))
            await asyncio.sleep(0)
            leaving.cancel()
            return (await staying)[5]

    with server.release() as release:
        expected = expected_audience(release, 5, 50)
    assert json.loads(asyncio.run(run()))["recommendations"] == expected


def asked_for(served: Any, settings: Settings, batches: asyncio.Semaphore) -> Any:
    """A request for 100 customers of product 5."""
    telemetry = SimpleNamespace(batch_products=SimpleNamespace(observe=lambda _: None))
    context = SimpleNamespace(
        serving=SimpleNamespace(current=lambda: served),
        settings=settings,
        batches=batches,
        telemetry=telemetry,
        unsent_bytes=UnsentBytes(CollectorRegistry()),
    )
    return SimpleNamespace(
        app=SimpleNamespace(ctx=context),
        body=b'{"product_ids": [5], "n": 100}',
        headers={},
        raw_url=b"/recommend/batch",
        method="POST",
    )


def test_a_batch_has_the_time_limit_of_a_query(server: Server) -> None:
    async def bodies(*_: object) -> None:
        await asyncio.sleep(60)

    async def run() -> None:
        settings = Settings(query_seconds=0.05)
        async with opened(server.folder, settings) as served:
            served.bodies = bodies  # type: ignore[assignment, method-assign]
            await recommend_batch(asked_for(served, settings, asyncio.Semaphore(1)))

    with pytest.raises(Problem, match=r"stopped after 0\.05 s"):
        asyncio.run(run())


def test_long_batches_wait_for_each_other(server: Server) -> None:
    async def run() -> int:
        settings, turns = Settings(), asyncio.Semaphore(1)
        async with opened(server.folder, settings) as served:
            await turns.acquire()
            batch = asyncio.create_task(recommend_batch(asked_for(served, settings, turns)))
            assert not (await asyncio.wait([batch], timeout=0.1))[0]
            turns.release()
            return (await batch).status

    assert asyncio.run(run()) == 200
