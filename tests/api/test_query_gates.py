"""A kind of expensive query delays no other kind."""

import asyncio

import pytest

from api.named_queries import read_queries
from api.problems import Problem
from api.query_gates import KINDS, Gate, QueryGates
from api.release import Release
from api.settings import Settings
from tests.api.in_process import opened
from tests.conftest import FinishedBuild

ENDLESS = (
    "select count(*) from range(10000000000) where range % 7 = 3"
    " and $text = $text and $n > 0"
)


def test_a_gate_lets_some_in_some_wait_and_turns_the_rest_away() -> None:
    async def run() -> None:
        gate, let_go, inside = Gate("searches", 2, 3), asyncio.Event(), []

        async def task(number: int) -> None:
            async with gate:
                inside.append(number)
                await let_go.wait()

        tasks = [asyncio.create_task(task(number)) for number in range(5)]
        await asyncio.sleep(0)
        assert inside == [0, 1]
        with pytest.raises(Problem, match="3 requests for searches are waiting") as caught:
            await task(5)
        assert (caught.value.status, caught.value.headers) == (503, {"retry-after": "1"})
        tasks[4].cancel()  # Its client has left; another may wait.
        await asyncio.sleep(0)
        tasks[4] = asyncio.create_task(task(6))
        let_go.set()
        await asyncio.gather(*tasks)
        assert sorted(inside) == [0, 1, 2, 3, 6]

    asyncio.run(run())


def test_every_kind_names_questions_that_exist() -> None:
    assert set(KINDS) <= set(read_queries())
    gates = QueryGates(Settings(concurrent_slow_queries=3))
    assert gates.places == 3 * 3 + 4 + 2
    assert gates.of("customer") is None
    assert gates.of("audience_part") is gates.of("campaign_audience_part")


def test_searches_do_not_delay_other_queries(dirty_build: FinishedBuild) -> None:
    """Before, four long searches held all connections to the release."""

    async def run() -> None:
        settings = Settings(query_seconds=1, waiting_queries=10)
        async with opened(dirty_build.folder, settings) as audiences:
            release: Release = audiences.release
            release._queries["product_search"] = ENDLESS
            searches = [
                asyncio.create_task(release.ask("product_search", text="a", n=1))
                for _ in range(64)
            ]
            await asyncio.sleep(0.1)
            async with asyncio.timeout(0.5):
                for question in ("product_sample", "product_sample"):
                    assert await release.ask(question, n=1)
                assert await release.ask_records("dataset_profile")
            turned_away = [one for one in searches if one.done()]
            assert len(turned_away) == 64 - 1 - 10
            assert all("are waiting" in str(one.exception()) for one in turned_away)
            for one in searches:
                one.cancel()
            await asyncio.gather(*searches, return_exceptions=True)

    asyncio.run(run())
