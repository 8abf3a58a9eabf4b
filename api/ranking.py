"""The global ranking, as JSON."""

from collections.abc import Collection, Sequence
from itertools import islice

from api.responses import as_json


class Ranking:
    """Customers as JSON objects, best first."""

    def __init__(self, rows: Sequence[tuple[int | str, float]]) -> None:
        """Encode customers.

        Args:
            rows: customer ids and scores, best first.
        """
        self._beginnings = tuple(
            as_json({"customer_id": customer_id, "score": score})[:-1]
            for customer_id, score in rows
        )
        self._customers = tuple(
            b'%s,"rank":%d}' % (beginning, rank)
            for rank, beginning in enumerate(self._beginnings, start=1)
        )

    def __len__(self) -> int:
        return len(self._customers)

    def first(self, n: int) -> tuple[bytes, ...]:
        """The first n customers."""
        return self._customers[:n]

    def without(self, excluded: Collection[int], n: int) -> tuple[bytes, ...]:
        """The first n customers whose ranks are not excluded, with new ranks from 1 on.

        Fewer than n if the ranking ends.
        """
        left = islice(
            (
                beginning
                for rank, beginning in enumerate(self._beginnings, start=1)
                if rank not in excluded
            ),
            n,
        )
        return tuple(
            b'%s,"rank":%d}' % (beginning, rank)
            for rank, beginning in enumerate(left, start=1)
        )
