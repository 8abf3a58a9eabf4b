"""Combines reads that wait at the same time into one."""

import asyncio
import weakref
from collections import deque
from collections.abc import Awaitable, Callable, Iterable
from typing import Generic, TypeVar

from api.release import Release

Key = TypeVar("Key")
Value = TypeVar("Value")


class BatchedReads(Generic[Key, Value]):
    """Reads values by key; keys that arrive during a read share the next one.

    Cancelling one waiter does not affect the others.
    """

    def __init__(
        self,
        release: Release,
        read: Callable[[list[Key]], Awaitable[dict[Key, Value]]],
        most: int,
    ) -> None:
        """Set it up.

        Args:
            release: the release to read from; it stays open during reads.
            read: returns the value of every key it is given; a method of the owner.
            most: the largest number of keys per read.
        """
        self._release = release
        # A weak reference: in a cycle, owner and reads would keep the memory of a release
        # long after a switch.
        self._read = weakref.WeakMethod(read)
        self._most = most
        self._batches: deque[tuple[list[Key], asyncio.Future[dict[Key, Value]]]] = deque()
        self._coming: dict[Key, asyncio.Future[dict[Key, Value]]] = {}
        self._reader: asyncio.Task[None] | None = None

    async def get(self, keys: Iterable[Key]) -> dict[Key, Value]:
        """The values of some keys; raises what `read` raises."""
        coming = {key: self._await(key) for key in keys}
        if coming:
            # Unlike `await`, a cancelled `wait` does not cancel the futures.
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
                    break  # The owner is gone, and all waiters with it.
                try:
                    future.set_result(await read(keys))
                except Exception as error:  # noqa: BLE001 - raised again in `get`
                    future.set_exception(error)
                    future.exception()  # Marks it as seen: all waiters may be cancelled.
                for key in keys:
                    del self._coming[key]
        self._reader = None
