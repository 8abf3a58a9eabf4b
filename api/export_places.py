"""Exports that run at once: no caller takes all places, and no slow one keeps its place."""

import asyncio
import contextlib
import time
from collections import Counter
from collections.abc import Awaitable, Iterator

from sanic import Request

from api.problems import Problem
from api.settings import is_loopback

# What a client must take of an export, as an average.
LEAST_BYTES_PER_SECOND = 100_000


class ExportPlaces:
    """The places for exports of a worker."""

    def __init__(self, places: int) -> None:
        """Set it up.

        Args:
            places: how many exports run at once.
        """
        self._places = places
        self._most_of_one = max(1, places // 2)
        self._running: Counter[str | None] = Counter()

    @contextlib.contextmanager
    def place_of(self, caller: str | None) -> Iterator[None]:
        """Hold a place.

        Args:
            caller: who exports, see `caller_of`; one without a name may hold all places.

        Raises:
            Problem: all places are taken, or half of them by this caller.
        """
        if self._running.total() >= self._places:
            raise _too_many("The largest number of exports is already running")
        if caller and self._running[caller] >= self._most_of_one:
            raise _too_many(
                f"The {caller} has {self._running[caller]} of {self._places} exports"
            )
        self._running[caller] += 1
        try:
            yield
        finally:
            self._running[caller] -= 1
            self._running += Counter()  # Forgets callers without an export.


def _too_many(why: str) -> Problem:
    return Problem(
        503,
        "too-many-exports",
        "Too many exports",
        f"{why}: try again in a moment.",
        headers={"retry-after": "5"},
    )


def caller_of(request: Request) -> str | None:
    """The key or the address of a caller; None for one whom a proxy may stand for."""
    owner = getattr(request.ctx, "owner", None)
    if owner:
        return f"key {owner!r}"
    # A proxy on this machine brings the requests of all callers.
    return None if not request.ip or is_loopback(request.ip) else f"address {request.ip}"


class Patience:
    """How long the server waits for the client of an export."""

    def __init__(self, seconds: float) -> None:
        """Set it up.

        Args:
            seconds: for each part; and for all of them, in addition to the time that the
                least rate allows.
        """
        self._seconds = seconds
        self._waited = 0.0

    def left(self, sent: int) -> float:
        """Seconds for the next part.

        Args:
            sent: bytes of the parts before.
        """
        allowed = self._seconds + sent / LEAST_BYTES_PER_SECOND
        return min(self._seconds, allowed - self._waited)

    async def wait_for(self, sending: Awaitable[None], sent: int) -> None:
        """Wait until a part is sent.

        Args:
            sending: sends it.
            sent: bytes of the parts before.

        Raises:
            TooSlowClientError: it took too long.
        """
        began, limit = time.monotonic(), self.left(sent)
        try:
            async with asyncio.timeout(limit):
                await sending
        except TimeoutError as error:
            raise TooSlowClientError(
                f"the client received nothing for {self._seconds:g} s"
                if limit == self._seconds
                else f"the client took less than {LEAST_BYTES_PER_SECOND} bytes a second"
            ) from error
        self._waited += time.monotonic() - began


class TooSlowClientError(Exception):
    """The client of an export takes too little."""
