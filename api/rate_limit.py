"""The rate limit of each API key, over all workers."""

import time
from collections.abc import Iterable, MutableSequence
from dataclasses import dataclass
from multiprocessing.sharedctypes import RawArray

from api.problems import Problem

COUNT_BITS = 24  # More than the highest limit.
COUNT = (1 << COUNT_BITS) - 1


@dataclass(frozen=True)
class RateLimit:
    """Counts the requests of each owner of a key in the current second.

    A worker writes only its own counts and reads those of all workers. There are no locks,
    because a killed worker would never release one. Requests that two workers count at the
    same moment miss each other, so each worker may accept one request too many.

    Attributes:
        limit: requests per second and owner; 0 is no limit.
        places: the position of an owner's first count.
        counts: per owner and worker: the second and the count, in one number.
        workers: number of workers.
        worker: the number of this worker, from 0.
    """

    limit: int
    places: dict[str, int]
    counts: MutableSequence[int]
    workers: int
    worker: int = 0

    @classmethod
    def of(cls, limit: int, owners: Iterable[str], workers: int = 1) -> "RateLimit":
        """Counts in memory that is shared with processes started from this one."""
        places = {owner: place * workers for place, owner in enumerate(sorted(set(owners)))}
        return cls(limit, places, RawArray("q", len(places) * workers), workers)

    def take(self, owner: str) -> None:
        """Count a request.

        Raises:
            Problem: the owner has used up the requests of this second.
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
                f"The key {owner!r} has used up its {self.limit} requests of this second:"
                " try again in the next.",
                headers={"retry-after": "1"},
            )
        own = counts[self.worker]
        if own >> COUNT_BITS != second:
            own = second << COUNT_BITS
        self.counts[place + self.worker] = own + 1
