"""The ranking of customers, as JSON."""

from array import array
from collections.abc import Collection, Sequence
from itertools import islice

from api.responses import as_json

Row = tuple[int | str, float]
RankedRow = tuple[int | str, float, int]


class Ranking:
    """Customers as JSON objects, best first.

    Their places are without gaps; the ranks of the release have gaps where a customer has
    opted out.
    """

    def __init__(self, rows: Sequence[RankedRow], *, has_probabilities: bool) -> None:
        """Encode customers.

        Args:
            rows: customer ids, scores and ranks, best first.
            has_probabilities: whether customers have a probability, here unknown; those of
                an earlier release have none.
        """
        self._has_probabilities = has_probabilities
        self._ids = tuple(row[0] for row in rows)
        self._ranks = array("q", [row[2] for row in rows])
        self._scored = tuple(self._beginning(*row[:2]) for row in rows)
        self._plain = tuple(self._beginning(number, None) for number in self._ids)
        self._customers = numbered(self._scored, 1)

    def __len__(self) -> int:
        return len(self._customers)

    @property
    def last_rank(self) -> int:
        """The rank of the last one in memory; 0 if there is none."""
        return self._ranks[-1] if self._ranks else 0

    def rank_at(self, place: int) -> int:
        """The rank at a place, counted from 1; of the last one beyond that."""
        return self._ranks[place - 1] if place <= len(self._ranks) else self.last_rank

    def first(self, n: int) -> tuple[bytes, ...]:
        """The first n customers."""
        return self._customers[:n]

    def after(
        self,
        listed: Sequence[int | str],
        excluded: Collection[int],
        n: int,
        *,
        has_scores: bool,
    ) -> tuple[bytes, ...]:
        """The next n customers after those of a list.

        Fewer than n if the ranking ends.

        Args:
            listed: ids of the customers of the list.
            excluded: ranks of customers that are left out.
            n: how many.
            has_scores: whether the list has the scores of this ranking; otherwise the
                customers have none, because scores of two rankings cannot be compared.
        """
        found = frozenset(listed)
        places = (
            place
            for place, customer_id in enumerate(self._ids)
            if self._ranks[place] not in excluded and customer_id not in found
        )
        texts = self._scored if has_scores else self._plain
        return numbered([texts[place] for place in islice(places, n)], len(listed) + 1)

    def encoded(
        self, rows: Sequence[Row], first_rank: int, *, has_scores: bool
    ) -> tuple[bytes, ...]:
        """Other customers from a rank on; without scores, those are null."""
        return numbered(
            [self._beginning(row[0], row[1] if has_scores else None) for row in rows],
            first_rank,
        )

    def _beginning(self, customer_id: int | str, score: float | None) -> bytes:
        unknown = {"probability": None} if self._has_probabilities else {}
        return as_json({"customer_id": customer_id, "score": score, **unknown})[:-1]


def numbered(beginnings: Sequence[bytes], first_rank: int) -> tuple[bytes, ...]:
    """Unfinished JSON objects with consecutive ranks."""
    return tuple(
        b'%s,"rank":%d}' % (beginning, rank)
        for rank, beginning in enumerate(beginnings, start=first_rank)
    )
