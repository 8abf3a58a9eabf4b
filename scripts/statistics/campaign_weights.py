"""How many customers and products share the places of a campaign, as its weights say.

Where there is room for more contacts than places, `diversity_weight` says how many
customers share the places. Where there is less, `coverage_weight` says how many products
share the contacts. So at most one of the two acts.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Counts = npt.NDArray[np.int64]


def between(fewest: int, most: int, weight: float) -> int:
    """(1 - weight) x fewest + weight x most, rounded, as in campaign_frontier."""
    return int(np.floor(fewest + weight * (most - fewest) + 0.5))


@dataclass(frozen=True)
class Weights:
    """The weights of a campaign, from 0 to 1.

    Attributes:
        diversity: 0: as few customers as the caps allow; 1: as many as there are places.
        coverage: 0: as few products as take all contacts; 1: all products.
    """

    diversity: float = 0
    coverage: float = 1

    def contact_limits(self, rooms: Counts, place_count: int) -> Counts:
        """How many contacts each customer gets before any customer gets more.

        Every customer who gets contacts gets the same number, or one more: the first ones
        do, so that the wanted number of customers fills the places.

        Args:
            rooms: per customer, best first, how many contacts the caps allow.
        """
        available = rooms[rooms > 0]
        reached = np.cumsum(available)
        if not self.diversity or not place_count or not reached.size:
            return rooms
        if reached[-1] <= place_count:
            return rooms
        fewest = int(np.searchsorted(reached, place_count)) + 1
        most = min(place_count, len(available))
        first = available[: between(fewest, most, self.diversity)]
        # The highest number of contacts for all of them that does not exceed the places.
        level, above = 1, int(first.max()) + 1
        while above - level > 1:
            middle = (level + above) // 2
            if np.minimum(first, middle).sum() <= place_count:
                level = middle
            else:
                above = middle
        limits = np.minimum(rooms, level)
        one_more = place_count - int(np.minimum(first, level).sum())
        limits[np.flatnonzero(rooms > level)[:one_more]] += 1
        return limits

    def first_products(self, open_counts: Counts, room: int) -> Counts:
        """How many customers each product may get before any product gets more.

        Args:
            open_counts: per product, the most popular first, how many customers it lacks.
            room: how many contacts the caps allow of all customers.
        """
        lacking = np.flatnonzero(open_counts)
        needed = np.cumsum(open_counts[lacking])
        if self.coverage == 1 or not room or not needed.size or needed[-1] <= room:
            return open_counts
        fewest = int(np.searchsorted(needed, room)) + 1
        most = min(room, len(lacking))
        first = lacking[: between(fewest, most, self.coverage)]
        limited = np.zeros_like(open_counts)
        limited[first] = open_counts[first]
        return limited
