"""How often each key has asked, counted over all workers."""

import time
from collections.abc import Iterable, MutableSequence
from dataclasses import dataclass
from multiprocessing.sharedctypes import RawArray

from api.problems import Problem

COUNT_BITS = 24  # More than the highest limit.
COUNT = (1 << COUNT_BITS) - 1


@dataclass(frozen=True)
class Rates:
    """Requests of each owner of a key in this second of the clock.

    Every worker writes only to its own places and reads those of all: without locks, which
    a worker that is killed could take with it. Requests that workers count at the very same
    moment do not see each other, so that each worker may let one too many through.

    Attributes:
        limit: requests per second and owner; 0 is no limit.
        places: where the counts of an owner begin.
        counts: the second and the count, in one number, of each owner and worker.
        workers: how many count.
        worker: which of them this is, from 0.
    """

    limit: int
    places: dict[str, int]
    counts: MutableSequence[int]
    workers: int
    worker: int = 0

    @classmethod
    def of(cls, limit: int, owners: Iterable[str], workers: int = 1) -> "Rates":
        """Counts in memory that processes started from this one share."""
        places = {owner: place * workers for place, owner in enumerate(sorted(set(owners)))}
        return cls(limit, places, RawArray("q", len(places) * workers), workers)

    def take(self, owner: str) -> None:
        """Count a request.

        Raises:
            Problem: the owner has used up this second's.
        """
        if not self.limit:
            return
        second = int(time.monotonic())
        place = self.places[owner]
        counts = self.counts[place : place + self.workers]
        used = sum(count & COUNT for count in counts if count >> COUNT_BITS == second)
        if used >= self.limit:
            raise Problem(
                429,
                "too-many-requests",
                "Too many requests",
                f"The key {owner!r} has used up its requests of this second: try again in"
                " the next.",
                headers={"retry-after": "1"},
            )
        own = counts[self.worker]
        if own >> COUNT_BITS != second:
            own = second << COUNT_BITS
        self.counts[place + self.worker] = own + 1
