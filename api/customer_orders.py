"""The orders in which customers follow the lists of a release."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from api.batching import BatchedReads
from api.blocks import ProductId
from api.ranking import Ranking
from api.release import Release

KEYS_READ_AT_ONCE = 2000
# Ranks in memory; a product that excludes nearly all of them takes a query of its own.
RANKS_KEPT = 1000

# Queries for the ranking that orders customers, and those for another one.
OF_ANOTHER_ORDER = {
    "audience": "order_audience",
    "audience_part": "order_audience_part",
    "exclusions": "order_exclusions",
    "place_beyond": "order_place_beyond",
}


class CustomerOrder:
    """A ranking of customers: the one that orders them, or another that lists go on with.

    Attributes:
        name: of the ranking.
        ranking: its first customers, in memory.
    """

    def __init__(self, release: Release, name: str, ranking: Ranking) -> None:
        self.name = name
        self.ranking = ranking
        self._release = release
        self._exclusion_reads = BatchedReads(
            release, self._read_exclusions, KEYS_READ_AT_ONCE
        )

    def question(self, question: str) -> tuple[str, dict[str, object]]:
        """The name of a query for this order, and its parameters.

        Args:
            question: its name for the ranking that orders customers.
        """
        if self.name == self._release.customer_ranking:
            return question, {}
        return OF_ANOTHER_ORDER[question], {"ranking": self.name}

    async def excluded(self, products: Sequence[ProductId]) -> dict[ProductId, set[int]]:
        """The excluded ranks of each product, among those in memory."""
        return await self._exclusion_reads.get(products)

    async def following(
        self,
        product: ProductId,
        listed: Sequence[int | str],
        excluded: set[int],
        n: int,
        *,
        has_scores: bool,
    ) -> tuple[bytes, ...]:
        """The next n customers of a product after some.

        Args:
            product: leaves some customers out.
            listed: ids of the customers before.
            excluded: the excluded ranks, see `excluded`.
            n: how many.
            has_scores: whether they have the scores of this ranking.
        """
        others = self.ranking.after(listed, excluded, n, has_scores=has_scores)
        if len(others) < n and self.ranking.last_rank < self._release.customer_count:
            question, parameters = self.question("audience")
            rows = await self._release.ask(
                question,
                product_id=product,
                n=n,
                listed=json.dumps(listed),
                type=self._release.json_ids,
                **parameters,
            )
            others = self.ranking.encoded(rows, len(listed) + 1, has_scores=has_scores)
        return others

    async def place(
        self, product: ProductId, customer: int | str, listed: Sequence[int | str]
    ) -> dict[str, Any]:
        """Where a customer comes after some: `score`, `place` and `is_excluded`."""
        question, parameters = self.question("place_beyond")
        (found,) = await self._release.ask_records(
            question,
            product_id=product,
            customer_id=customer,
            listed=json.dumps(listed),
            type=self._release.json_ids,
            **parameters,
        )
        return found

    async def _read_exclusions(
        self, products: list[ProductId]
    ) -> dict[ProductId, set[int]]:
        question, parameters = self.question("exclusions")
        rows = await self._release.ask(
            question,
            product_ids=json.dumps(products),
            type=self._release.json_ids,
            ranks=self.ranking.last_rank,
            **parameters,
        )
        excluded: dict[ProductId, set[int]] = {product: set() for product in products}
        for product, rank in rows:
            excluded[product].add(rank)
        return excluded


class CustomerOrders:
    """The orders that a release needs.

    Attributes:
        served: the one that orders customers.
    """

    def __init__(
        self, served: CustomerOrder, by_list_ranking: Mapping[str, CustomerOrder]
    ) -> None:
        self.served = served
        self._by_list_ranking = by_list_ranking

    @classmethod
    async def read(cls, release: Release) -> "CustomerOrders":
        """Read the first customers of each order."""
        has_probabilities = release.has_column("list_members", "probability")

        async def read(question: str, **parameters: object) -> Ranking:
            rows = await release.ask_at_once(question, n=RANKS_KEPT, **parameters)
            return Ranking(rows, has_probabilities=has_probabilities)

        served = CustomerOrder(
            release, release.customer_ranking, await read("global_ranking")
        )
        orders = {served.name: served}
        by_list_ranking = {}
        # An earlier release went on by the ranking of customers.
        if release.has_table("orders"):
            for ranking, name in await release.ask_at_once("continued_by"):
                if name not in orders:
                    first = await read("order_start", ranking=name)
                    orders[name] = CustomerOrder(release, name, first)
                by_list_ranking[ranking] = orders[name]
        return cls(served, by_list_ranking)

    def after(self, ranking: str) -> CustomerOrder:
        """The order of the customers who follow a list.

        Args:
            ranking: of the list.
        """
        return self._by_list_ranking.get(ranking, self.served)
