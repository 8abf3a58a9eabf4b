"""The text of an audience: the bytes of an answer, assembled without a JSON encoder.

Look-ups are most of the requests, and encoding would take most of their time. An answer is
two parts: the first holds the product id, the second is the same for every product with the
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

NEW_PRODUCT = "This is a new product: no customer has interacted with it yet."


@dataclass(frozen=True)
class CustomerList:
    """Customers in the order in which to contact them.

    Attributes:
        ranking: the ranking that orders them.
        customers: a JSON object each.
        default_rest: the second part of the answer for the default n.
    """

    ranking: str
    customers: tuple[bytes, ...]
    default_rest: bytes

    @property
    def size(self) -> int:
        """Memory in bytes: of the texts and, roughly, of a Python object for each."""
        return len(self.default_rest) + sum(len(text) + 50 for text in self.customers)


def customer_ids(customers: Sequence[bytes]) -> list[int | str]:
    """The ids of customers that are JSON objects."""
    return [json.loads(customer)["customer_id"] for customer in customers]


class AudienceJson:
    """Writes the answers of one release."""

    def __init__(self, release: Release) -> None:
        self._has_text_ids = release.has_text_ids
        self._release_id = as_json(release.release_id)
        ranking = release.customer_ranking
        self.cold_start_note = f"{NEW_PRODUCT} As a fallback, these are the " + (
            "most engaged of all customers."
            if ranking == "engagement"
            else f"first of all customers by {release.ranking_labels.label(ranking)}."
        )

    def customer_list(
        self, ranking: str, customers: tuple[bytes, ...], *, is_cold_start: bool
    ) -> CustomerList:
        """A list with its answer for the default n."""
        rest = self.rest(ranking, customers[:DEFAULT_N], is_cold_start=is_cold_start)
        return CustomerList(ranking, customers, rest)

    def beginning(self, product_id: ProductId) -> bytes:
        """The first part of an answer."""
        shown = as_json(product_id) if self._has_text_ids else str(product_id).encode()
        return b'{"product_id":' + shown

    def rest(
        self,
        ranking: str,
        customers: Sequence[bytes],
        *,
        is_cold_start: bool,
        note: str | None = None,
    ) -> bytes:
        """The second part of an answer.

        Args:
            ranking: the ranking that orders the customers.
            customers: a JSON object each.
            is_cold_start: whether the release does not have the product.
            note: what to know about them; a cold start has a note of its own.
        """
        if is_cold_start and note is None:
            note = self.cold_start_note
        return b"".join(
            (
                b',"recommendations":[',
                b",".join(customers),
                b'],"count":',
                str(len(customers)).encode(),
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
