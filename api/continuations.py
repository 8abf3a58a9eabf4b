"""Audiences that are longer than the stored lists.

After the customers of its list, an audience goes on with the ranking of customers, without
those that the product excludes and those of the list.
"""

import asyncio
import json
from collections.abc import Mapping

from api.audience_json import AudienceJson, CustomerList, customer_ids
from api.batching import BatchedReads
from api.blocks import ProductId
from api.ranking import Ranking
from api.release import Release

KEYS_READ_AT_ONCE = 2000
# Answers that are assembled before other requests get their turn.
ANSWERS_AT_ONCE = 50


class Continuations:
    """Goes on where lists end, in one release."""

    def __init__(
        self, release: Release, ranking: Ranking, json_writer: AudienceJson
    ) -> None:
        """Set it up.

        Args:
            release: to read from.
            ranking: the first customers of its ranking of customers.
            json_writer: writes its answers.
        """
        self._release = release
        self._ranking = ranking
        self._json = json_writer
        self._exclusion_reads = BatchedReads(
            release, self._read_exclusions, KEYS_READ_AT_ONCE
        )

    async def tails(
        self, lists: Mapping[ProductId, CustomerList], n: int
    ) -> dict[ProductId, bytes]:
        """The tail of each answer, of n customers.

        Args:
            lists: the list of each product.
            n: more customers than in a list.
        """
        exclusions = await self._exclusion_reads.get(lists)
        # Of products with the same list whose exclusions lie below the customers asked for.
        lowest = self._ranking.rank_at(n)
        shared: dict[int, bytes] = {}
        tails = {}
        for number, (product, stored_list) in enumerate(lists.items(), start=1):
            excluded = exclusions[product]
            is_shared = not excluded or min(excluded) > lowest
            tail = shared.get(id(stored_list)) if is_shared else None
            if tail is None:
                customers = await self._customers(product, stored_list, excluded, n)
                tail = self._json.tail(stored_list.ranking, customers, is_cold_start=False)
                if is_shared:
                    shared[id(stored_list)] = tail
            tails[product] = tail
            if number % ANSWERS_AT_ONCE == 0:
                await asyncio.sleep(0)
        return tails

    async def _customers(
        self,
        product: ProductId,
        stored_list: CustomerList,
        excluded: set[int],
        n: int,
    ) -> tuple[bytes, ...]:
        listed = customer_ids(stored_list.customers)
        wanted = n - len(listed)
        has_scores = stored_list.ranking == self._release.customer_ranking
        others = self._ranking.after(listed, excluded, wanted, has_scores=has_scores)
        if len(others) < wanted and self._ranking.last_rank < self._release.customer_count:
            rows = await self._release.ask(
                "audience",
                product_id=product,
                n=wanted,
                listed=json.dumps(listed),
                type=self._release.json_ids,
            )
            others = self._ranking.encoded(rows, len(listed) + 1, has_scores=has_scores)
        return stored_list.customers + others

    async def _read_exclusions(
        self, products: list[ProductId]
    ) -> dict[ProductId, set[int]]:
        """The excluded ranks of each product, among the ranks in memory."""
        rows = await self._release.ask(
            "exclusions",
            product_ids=json.dumps(products),
            type=self._release.json_ids,
            ranks=self._ranking.last_rank,
        )
        excluded: dict[ProductId, set[int]] = {product: set() for product in products}
        for product, rank in rows:
            excluded[product].add(rank)
        return excluded
