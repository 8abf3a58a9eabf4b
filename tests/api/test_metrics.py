"""Metrics: reading them, also often, delays no other request."""

import asyncio
import time

import pytest

from api.serving import Serving
from api.settings import Settings
from api.telemetry import Telemetry


def test_many_readers_share_a_collection_and_look_ups_continue(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    begun: list[float] = []

    def collected(_: Telemetry) -> bytes:
        begun.append(time.monotonic())
        time.sleep(0.2)
        return b"%d" % len(begun)

    monkeypatch.setattr(Telemetry, "_collected", collected)

    async def run() -> None:
        telemetry = Telemetry(Serving(Settings()), has_access_log=False)
        first = asyncio.create_task(telemetry.exposition())
        while not begun:
            await asyncio.sleep(0.001)
        others = [asyncio.create_task(telemetry.exposition()) for _ in range(50)]
        longest = 0.0
        while not first.done():
            before = time.monotonic()
            await asyncio.sleep(0.001)
            longest = max(longest, time.monotonic() - before)
        others[0].cancel()  # Its client has left.
        answers = await asyncio.gather(first, *others[1:])
        # Those who came during the first collection share the second, which is newer.
        assert answers == [b"1", *[b"2"] * 49]
        assert longest < 0.15
        assert await telemetry.exposition() == b"3"

    asyncio.run(run())
