"""The text of an audience: the bytes of an answer, assembled without a JSON encoder.

Look-ups are most of the requests, and encoding would take most of their time. An answer is
two parts: the first holds the product id, the second is the same for every product with the
same customers.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from api.blocks import ProductId
from api.release import Release
from api.responses import as_json

DEFAULT_N = 10
LARGEST_N = 100

COLD_START_NOTE = (
    "This is a new product: no customer has interacted with it yet. As a fallback, these"
    " are the most engaged of all customers."
)


@dataclass(frozen=True)
class CustomerList:
    """Customers in the order in which to contact them.

    Attributes:
        customers: a JSON object each.
        default_rest: the second part of the answer for the default n.
    """

    customers: tuple[bytes, ...]
    default_rest: bytes

    @property
    def size(self) -> int:
        """Memory in bytes: of the texts and, roughly, of a Python object for each."""
        return len(self.default_rest) + sum(len(text) + 50 for text in self.customers)


class AudienceJson:
    """Writes the answers of one release."""

    def __init__(self, release: Release) -> None:
        self._has_text_ids = release.has_text_ids
        self._release_id = as_json(release.release_id)

    def customer_list(
        self, customers: tuple[bytes, ...], *, is_cold_start: bool
    ) -> CustomerList:
        """A list with its answer for the default n."""
        return CustomerList(
            customers, self.rest(customers[:DEFAULT_N], is_cold_start=is_cold_start)
        )

    def beginning(self, product_id: ProductId) -> bytes:
        """The first part of an answer."""
        shown = as_json(product_id) if self._has_text_ids else str(product_id).encode()
        return b'{"product_id":' + shown

    def rest(self, customers: Sequence[bytes], *, is_cold_start: bool) -> bytes:
        """The second part of an answer.

        Args:
            customers: a JSON object each.
            is_cold_start: whether the release does not have the product.
        """
        return b"".join(
            (
                b',"recommendations":[',
                b",".join(customers),
                b'],"count":',
                str(len(customers)).encode(),
                b',"cold_start":true' if is_cold_start else b',"cold_start":false',
                b',"note":',
                as_json(COLD_START_NOTE) if is_cold_start else b"null",
                b',"release":',
                self._release_id,
                b"}",
            )
        )
