"""Look-ups of audiences, from memory if possible.

A release stores a list of customers per product, and each distinct list once, ready to be
sent. A worker reads which list a product has in blocks of consecutive products; it keeps
blocks and lists in memory as far as its settings allow.
"""

import asyncio
import bisect
from array import array
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from api.attribute_audiences import AttributeAudiences
from api.audience_json import DEFAULT_N, AudienceJson, CustomerList
from api.batching import BatchedReads
from api.blocks import BLOCK_SIZE, Block, ProductId, read_block
from api.continuations import Continuations
from api.customer_orders import CustomerOrders
from api.opt_outs import OptOuts
from api.release import Release
from api.settings import Settings
from api.stored_lists import StoredLists

BLOCKS_READ_AT_ONCE = 64


@dataclass
class Lookups:
    """Counts of look-ups.

    Attributes:
        hits: answered from memory.
        misses: answered from the release.
    """

    hits: int = 0
    misses: int = 0


class Audiences:
    """Look-ups of audiences in one release.

    Attributes:
        by_attributes: audiences of unknown products.
        orders: in which customers follow lists.
        continuations: what comes after lists.
    """

    def __init__(
        self,
        release: Release,
        settings: Settings,
        lookups: Lookups,
        starts: Sequence[ProductId],
        blocks: dict[int, Block],
        orders: CustomerOrders,
        attribute_names: tuple[str, ...],
    ) -> None:
        self.release = release
        self._settings = settings
        self._lookups = lookups
        self._json = AudienceJson(release)
        self._starts = starts
        self._block_limit = settings.cache_products // BLOCK_SIZE
        self._blocks = blocks
        self._stored = StoredLists(release, settings.cache_megabytes * 1_000_000)
        self._lists = self._stored.in_memory
        self.orders = orders
        self._ranking = orders.served.ranking
        self._cold_start = self._json.tail(
            release.customer_ranking, self._ranking.first(DEFAULT_N), is_cold_start=True
        )
        self.continuations = Continuations(release, orders, self._json)
        self.by_attributes = AttributeAudiences(
            release, orders, self._json, attribute_names
        )
        self._block_reads = BatchedReads(
            release, self._read_blocks, settings.concurrent_queries
        )
        # If stored lists are shorter, none of them holds the answer for the default n.
        self._is_default_ready = release.list_size >= DEFAULT_N

    @classmethod
    async def load(
        cls, release: Release, settings: Settings, lookups: Lookups
    ) -> "Audiences":
        """Read what every look-up needs: the starts of blocks, and the global ranking."""
        starts = [
            row[0] for row in await release.ask("block_starts", block_size=BLOCK_SIZE)
        ]
        orders = await CustomerOrders.read(release)
        # An earlier release has none.
        names = (
            await release.ask("attribute_names") if release.has_table("attributes") else []
        )
        # Fill the memory in large pieces, so that the first requests do not wait.
        blocks: dict[int, Block] = {}
        fitting = min(settings.cache_products // BLOCK_SIZE, len(starts))
        for first in range(0, fitting, BLOCKS_READ_AT_ONCE):
            last = min(first + BLOCKS_READ_AT_ONCE, fitting)
            piece = await read_block(release, starts, first, last)
            for number in range(first, last):
                blocks[number] = piece.part((number - first) * BLOCK_SIZE)
        return cls(
            release,
            settings,
            lookups,
            starts if release.has_text_ids else array("q", starts),
            blocks,
            orders,
            tuple(row[0] for row in names),
        )

    async def leaving_out(self, opt_outs: OptOuts) -> "Audiences":
        """Look-ups that leave out these customers, with what is in memory already."""
        release = await self.release.leaving_out(opt_outs)
        audiences = Audiences(
            release,
            self._settings,
            self._lookups,
            self._starts,
            self._blocks,
            await CustomerOrders.read(release),
            self.by_attributes.names,
        )
        await audiences._stored.keep_from(self._stored)
        return audiences

    def cached_body(self, product_id: ProductId) -> bytes | None:
        """The answer for the default n; None if it is not in memory."""
        block = self._blocks.get(bisect.bisect_right(self._starts, product_id) - 1)
        if block is None or not self._is_default_ready:
            return None
        list_id = block.list_of(product_id)
        stored_list = None if list_id is None else self._lists.get(list_id)
        if stored_list is None and list_id is not None:
            return None
        self._lookups.hits += 1
        tail = self._json.default_tail(stored_list) if stored_list else self._cold_start
        return self._json.head(product_id) + tail

    async def list_of(self, product_id: ProductId) -> CustomerList | None:
        """The stored list of a product; None if the product is unknown."""
        list_id = (await self._list_ids([product_id], set()))[product_id]
        if list_id is None:
            return None
        return (await self._lists_of({product_id: list_id}, set()))[list_id]

    async def knows(self, product_id: ProductId) -> bool:
        """Whether the release has the product."""
        return (await self._list_ids([product_id], set()))[product_id] is not None

    async def bodies(self, products: Sequence[ProductId], n: int) -> dict[ProductId, bytes]:
        """The answers for n customers, at most LARGEST_N; cold starts for unknown products.

        All products share the reads of the release.
        """
        missed: set[ProductId] = set()
        list_ids = await self._list_ids(products, missed)
        known = {
            product: list_id for product, list_id in list_ids.items() if list_id is not None
        }
        if n <= self.release.list_size:
            tails = await self._short_tails(known, n, missed)
        else:
            lists = await self._lists_of(known, missed)
            tails = await self.continuations.tails(
                {product: lists[list_id] for product, list_id in known.items()}, n
            )
            missed |= known.keys()
        self._lookups.hits += len(list_ids) - len(missed)
        self._lookups.misses += len(missed)
        cold_start = self._json.tail(
            self.release.customer_ranking, self._ranking.first(n), is_cold_start=True
        )
        return {
            product: self._json.head(product) + tails.get(product, cold_start)
            for product in products
        }

    async def _list_ids(
        self, products: Sequence[ProductId], missed: set[ProductId]
    ) -> dict[ProductId, int | None]:
        """The list of each product; None for an unknown product.

        Args:
            products: to look up.
            missed: receives the products that were not in memory.
        """
        by_block: dict[int, list[ProductId]] = defaultdict(list)
        for product in products:
            by_block[bisect.bisect_right(self._starts, product) - 1].append(product)
        # None comes before the first block.
        list_ids: dict[ProductId, int | None] = dict.fromkeys(by_block.pop(-1, ()))
        absent = []
        for number, in_block in by_block.items():
            block = self._blocks.get(number)
            if block is None:
                absent.append(number)
            else:
                list_ids |= {product: block.list_of(product) for product in in_block}
        # In parts, because all blocks may take more memory than the settings allow.
        for first in range(0, len(absent), BLOCKS_READ_AT_ONCE):
            read = await self._block_reads.get(absent[first : first + BLOCKS_READ_AT_ONCE])
            for number, block in read.items():
                missed.update(by_block[number])
                in_block = by_block[number]
                list_ids |= {product: block.list_of(product) for product in in_block}
        return list_ids

    async def _short_tails(
        self, known: dict[ProductId, int], n: int, missed: set[ProductId]
    ) -> dict[ProductId, bytes]:
        """The tail of each answer, from the stored lists."""
        write, lists = self._json.tail, await self._lists_of(known, missed)
        tails = {
            list_id: write(stored.ranking, stored.customers[:n], is_cold_start=False)
            for list_id, stored in lists.items()
        }
        return {product: tails[list_id] for product, list_id in known.items()}

    async def _lists_of(
        self, known: dict[ProductId, int], missed: set[ProductId]
    ) -> dict[int, CustomerList]:
        """The lists of some products, by number; `missed` as in `_list_ids`."""
        lists, read = await self._stored.get(set(known.values()))
        missed |= {product for product, list_id in known.items() if list_id in read}
        return lists

    async def _read_blocks(self, numbers: list[int]) -> dict[int, Block]:
        blocks = await asyncio.gather(
            *(
                read_block(self.release, self._starts, number, number + 1)
                for number in numbers
            )
        )
        read = dict(zip(numbers, blocks, strict=True))
        self._blocks |= read
        while len(self._blocks) > self._block_limit:
            del self._blocks[next(iter(self._blocks))]
        return read
