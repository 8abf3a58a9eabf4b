"""Reads that wait together become one."""

import asyncio
import weakref
from collections import deque
from collections.abc import Awaitable, Callable, Iterable
from typing import Generic, TypeVar

from api.release import Release

Key = TypeVar("Key")
Value = TypeVar("Value")


class Gathering(Generic[Key, Value]):
    """Reads values by key; while a read is under way, keys gather for the next.

    Whoever leaves before the answer comes takes it from nobody else.
    """

    def __init__(
        self,
        release: Release,
        read: Callable[[list[Key]], Awaitable[dict[Key, Value]]],
        most: int,
    ) -> None:
        """Prepare to read.

        Args:
            release: what is read; it stays open meanwhile.
            read: the values of some keys, all of them; a method of the owner.
            most: keys that are read at once.
        """
        self._release = release
        # Weakly: owner and gathering would keep each other, and a release's memory with
        # them, long after a switch.
        self._read = weakref.WeakMethod(read)
        self._most = most
        self._batches: deque[tuple[list[Key], asyncio.Future[dict[Key, Value]]]] = deque()
        self._coming: dict[Key, asyncio.Future[dict[Key, Value]]] = {}
        self._reader: asyncio.Task[None] | None = None

    async def get(self, keys: Iterable[Key]) -> dict[Key, Value]:
        """The values of some keys; raises what reading them raises."""
        coming = {key: self._await(key) for key in keys}
        if coming:
            # Unlike `await`, it leaves the futures alone when it is cancelled.
            await asyncio.wait(set(coming.values()))
        return {key: future.result()[key] for key, future in coming.items()}

    def _await(self, key: Key) -> asyncio.Future[dict[Key, Value]]:
        future = self._coming.get(key)
        if future is None:
            if not self._batches or len(self._batches[-1][0]) >= self._most:
                self._batches.append(([], asyncio.get_running_loop().create_future()))
            keys, future = self._batches[-1]
            keys.append(key)
            self._coming[key] = future
            if self._reader is None:
                self._reader = asyncio.create_task(self._read_all())
        return future

    async def _read_all(self) -> None:
        with self._release.use():
            while self._batches:
                keys, future = self._batches.popleft()
                read = self._read()
                if read is None:
                    break  # Nobody is left to wait.
                try:
                    future.set_result(await read(keys))
                except Exception as error:  # noqa: BLE001 - raised again for whoever waits
                    future.set_exception(error)
                    future.exception()  # Nobody may be left to look at it.
                for key in keys:
                    del self._coming[key]
        self._reader = None
