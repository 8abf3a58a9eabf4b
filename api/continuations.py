"""Audiences that are longer than the stored lists.

After the customers of its list come the others with a signal for the product, and then all
others in the order of a ranking of customers, without those that the product excludes.
"""

import asyncio
import json
from collections import defaultdict
from collections.abc import Mapping

from api.audience_json import LARGEST_N, AudienceJson, CustomerList, customer_ids
from api.batching import BatchedReads
from api.blocks import ProductId
from api.customer_orders import CustomerOrders
from api.ranking import numbered
from api.release import Release

KEYS_READ_AT_ONCE = 2000
# Answers that are assembled before other requests get their turn.
ANSWERS_AT_ONCE = 50
# More places than any list has.
ALL_PLACES = 2**53


class Continuations:
    """Goes on where lists end, in one release."""

    def __init__(
        self, release: Release, orders: CustomerOrders, json_writer: AudienceJson
    ) -> None:
        """Set it up.

        Args:
            release: to read from.
            orders: in which customers follow lists.
            json_writer: writes its answers.
        """
        self._release = release
        self._orders = orders
        self._json = json_writer
        self._later_reads = BatchedReads(release, self._read_later, KEYS_READ_AT_ONCE)

    async def tails(
        self, lists: Mapping[ProductId, CustomerList], n: int
    ) -> dict[ProductId, bytes]:
        """The tail of each answer, of n customers.

        Args:
            lists: the list of each product.
            n: more customers than in a list.
        """
        later = await self._later_reads.get(
            [product for product, found in lists.items() if self._has_later(found)]
        )
        excluded = await self._excluded(lists)
        # Of products with the same list, no customer with a signal after it, and no
        # exclusions among the customers asked for.
        shared: dict[int, bytes] = {}
        tails = {}
        for number, (product, stored_list) in enumerate(lists.items(), start=1):
            lowest = self._orders.after(stored_list.ranking).ranking.rank_at(n)
            left_out = excluded[product]
            is_shared = not later.get(product) and (not left_out or min(left_out) > lowest)
            tail = shared.get(id(stored_list)) if is_shared else None
            if tail is None:
                listed = with_later(stored_list, later.get(product, ()))[:n]
                customers = await self._filled(product, stored_list, listed, left_out, n)
                tail = self._json.tail(stored_list.ranking, customers, is_cold_start=False)
                if is_shared:
                    shared[id(stored_list)] = tail
            tails[product] = tail
            if number % ANSWERS_AT_ONCE == 0:
                await asyncio.sleep(0)
        return tails

    async def all_with_signal(
        self, product: ProductId, stored_list: CustomerList
    ) -> tuple[bytes, ...]:
        """The customers of a list, and all those with a signal after it."""
        if not self._has_later(stored_list):
            return stored_list.customers
        later = await self._read_later([product], ALL_PLACES)
        return with_later(stored_list, later[product])

    async def _excluded(
        self, lists: Mapping[ProductId, CustomerList]
    ) -> dict[ProductId, set[int]]:
        """The excluded ranks of each product, in the order that follows its list."""
        by_ranking: dict[str, list[ProductId]] = defaultdict(list)
        for product, stored_list in lists.items():
            by_ranking[stored_list.ranking].append(product)
        excluded: dict[ProductId, set[int]] = {}
        for ranking, products in by_ranking.items():
            excluded |= await self._orders.after(ranking).excluded(products)
        return excluded

    async def _filled(
        self,
        product: ProductId,
        stored_list: CustomerList,
        listed: tuple[bytes, ...],
        excluded: set[int],
        n: int,
    ) -> tuple[bytes, ...]:
        if len(listed) == n:
            return listed
        order = self._orders.after(stored_list.ranking)
        return listed + await order.following(
            product,
            customer_ids(listed),
            excluded,
            n - len(listed),
            has_scores=stored_list.ranking == order.name,
        )

    def _has_later(self, stored_list: CustomerList) -> bool:
        """Whether customers with a signal may come after a list."""
        return (
            self._release.has_table("later_places")
            and stored_list.ranking in self._release.ranking_labels.of_products
        )

    async def _read_later(
        self, products: list[ProductId], places: int = LARGEST_N
    ) -> dict[ProductId, tuple[bytes, ...]]:
        """The beginnings of the customers with a signal after the list of each product."""
        rows = await self._release.ask(
            "later_places",
            product_ids=json.dumps(products),
            type=self._release.json_ids,
            places=places,
        )
        found = {product: tuple(text.encode().split(b"\n")) for product, text in rows}
        return {product: found.get(product, ()) for product in products}


def with_later(stored_list: CustomerList, later: tuple[bytes, ...]) -> tuple[bytes, ...]:
    """The customers of a list and those after it, as JSON objects."""
    return stored_list.customers + numbered(later, stored_list.count + 1)
