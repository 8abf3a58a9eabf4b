"""The text of an audience: the bytes of an answer, assembled without a JSON encoder.

Look-ups are most of the requests, and encoding would take most of their time. An answer is
two parts: the head holds the product id, the tail is the same for every product with the
same customers.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass

from api.blocks import ProductId
from api.release import Release
from api.responses import as_json

DEFAULT_N = 10
LARGEST_N = 100

UNKNOWN_PRODUCT = "This product is unknown."


@dataclass(frozen=True)
class CustomerList:
    """Customers in the order in which to contact them.

    Most lists of a release may belong to one product each, so a list is kept as one text.

    Attributes:
        ranking: the ranking that orders them.
        text: a JSON object per line.
        count: number of customers.
    """

    ranking: str
    text: bytes
    count: int

    @property
    def customers(self) -> tuple[bytes, ...]:
        """A JSON object each."""
        return tuple(self.text.split(b"\n")) if self.text else ()

    @property
    def size(self) -> int:
        """Memory in bytes: of the text and, roughly, of its Python objects."""
        return len(self.text) + 200


def customer_ids(customers: Sequence[bytes]) -> list[int | str]:
    """The ids of customers that are JSON objects."""
    return [json.loads(customer)["customer_id"] for customer in customers]


class AudienceJson:
    """Writes the answers of one release."""

    def __init__(self, release: Release) -> None:
        self._has_text_ids = release.has_text_ids
        self._release_id = as_json(release.release_id)
        # The ends of answers without a note, by ranking and number of customers.
        self._ends: dict[tuple[str, int], bytes] = {}
        ranking = release.customer_ranking
        self.cold_start_note = f"{UNKNOWN_PRODUCT} As a fallback, these are the " + (
            "most engaged of all customers."
            if ranking == "engagement"
            else f"first of all customers by {release.ranking_labels.label(ranking)}."
        )

    def default_tail(self, stored_list: CustomerList) -> bytes:
        """The tail of the answer of a product with a list, for the default n."""
        if stored_list.count > DEFAULT_N:
            customers = stored_list.customers[:DEFAULT_N]
            return self.tail(stored_list.ranking, customers, is_cold_start=False)
        key = (stored_list.ranking, stored_list.count)
        end = self._ends.get(key)
        if end is None:
            end = self._ends[key] = self._end(*key, is_cold_start=False, note=None)
        return b',"recommendations":[' + stored_list.text.replace(b"\n", b",") + end

    def head(self, product_id: ProductId) -> bytes:
        """The first part of an answer, with the product id."""
        shown = as_json(product_id) if self._has_text_ids else str(product_id).encode()
        return b'{"product_id":' + shown

    def tail(
        self,
        ranking: str,
        customers: Sequence[bytes],
        *,
        is_cold_start: bool,
        note: str | None = None,
    ) -> bytes:
        """The second part of an answer, with the customers.

        Args:
            ranking: the ranking that orders the customers.
            customers: a JSON object each.
            is_cold_start: whether the release does not have the product.
            note: what to know about them; a cold start has a note of its own.
        """
        if is_cold_start and note is None:
            note = self.cold_start_note
        end = self._end(ranking, len(customers), is_cold_start=is_cold_start, note=note)
        return b',"recommendations":[' + b",".join(customers) + end

    def _end(
        self, ranking: str, count: int, *, is_cold_start: bool, note: str | None
    ) -> bytes:
        """What comes after the customers of an answer."""
        return b"".join(
            (
                b'],"count":',
                str(count).encode(),
                b',"cold_start":true' if is_cold_start else b',"cold_start":false',
                b',"note":',
                as_json(note),
                b',"ranking":',
                as_json(ranking),
                b',"release":',
                self._release_id,
                b"}",
            )
        )
