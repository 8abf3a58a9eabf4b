"""Audiences of products, from memory where they were asked for before.

A release keeps a list per product and each distinct list once, as the bytes of an answer.
A worker reads which list a product has in blocks of consecutive products, and keeps blocks
and lists as far as its settings allow.
"""

import asyncio
import bisect
from array import array
from collections.abc import Callable, Coroutine, Sequence
from dataclasses import dataclass
from typing import Any

import pyarrow

from api.answers import as_json
from api.release import Release
from api.settings import Settings

BLOCK_SIZE = 1024
BLOCKS_READ_AT_ONCE = 64
DEFAULT_N = 10

COLD_START_NOTE = (
    "This is a new product that nobody has touched yet: as a fallback, the most engaged"
    " customers of all."
)

ProductId = int | str


@dataclass(frozen=True)
class Block:
    """The lists of consecutive products, in the order of their ids."""

    products: Sequence[ProductId]
    lists: "array[int]"

    @classmethod
    def of(cls, table: Any) -> "Block":
        """The rows of a pyarrow table with product_id and list_id."""
        products, lists = (
            table.column(name).combine_chunks() for name in table.column_names
        )
        return cls(
            numbers(products) if products.type == pyarrow.int64() else products.to_pylist(),
            numbers(lists),
        )

    def part(self, first: int) -> "Block":
        """A block out of a larger one."""
        return Block(
            self.products[first : first + BLOCK_SIZE],
            self.lists[first : first + BLOCK_SIZE],
        )

    def list_of(self, product_id: ProductId) -> int | None:
        """The list of a product; None where there is no such product."""
        place = bisect.bisect_left(self.products, product_id)
        if place < len(self.products) and self.products[place] == product_id:
            return self.lists[place]
        return None


@dataclass
class Lookups:
    """How many look-ups there were.

    Attributes:
        hits: answered from memory.
        misses: for which the release was read.
    """

    hits: int = 0
    misses: int = 0


@dataclass(frozen=True)
class CustomerList:
    """Customers in the order in which to contact them.

    Attributes:
        customers: a JSON object each.
        default_body: what follows the product id in the answer for the default n.
    """

    customers: tuple[bytes, ...]
    default_body: bytes

    @property
    def size(self) -> int:
        """Memory that it takes, bytes: of the texts and, roughly, of an object each."""
        return len(self.default_body) + sum(len(text) + 50 for text in self.customers)


class Audiences:
    """Look-ups of audiences in one release."""

    def __init__(
        self,
        release: Release,
        settings: Settings,
        lookups: Lookups,
        starts: Sequence[ProductId],
        blocks: dict[int, Block],
        ranking: tuple[bytes, ...],
    ) -> None:
        self.release = release
        self._lookups = lookups
        self._release_json = as_json(release.release_id)
        self._starts = starts
        self._block_limit = settings.cache_products // BLOCK_SIZE
        self._list_limit = settings.cache_megabytes * 1_000_000
        self._list_bytes = 0
        self._blocks = blocks
        self._lists: dict[int, CustomerList] = {}
        self._reading: dict[tuple[str, int], asyncio.Task[Block | CustomerList]] = {}
        self._ranking = ranking
        self._cold_start = self._customer_list(ranking, is_cold_start=True)
        # A release of shorter lists has no answer for the default n ready.
        self._is_default_ready = release.list_size >= DEFAULT_N

    @classmethod
    async def of(
        cls, release: Release, settings: Settings, lookups: Lookups
    ) -> "Audiences":
        """Read what every look-up needs: where blocks start, and the global ranking."""
        starts = [
            row[0] for row in await release.ask("block_starts", block_size=BLOCK_SIZE)
        ]
        ranking = await release.ask("global_ranking", n=release.list_size)
        # As many products as fit, in large pieces: the first requests wait for nothing.
        blocks: dict[int, Block] = {}
        fitting = min(settings.cache_products // BLOCK_SIZE, len(starts))
        for first in range(0, fitting, BLOCKS_READ_AT_ONCE):
            last = min(first + BLOCKS_READ_AT_ONCE, fitting)
            piece = Block.of(
                await release.ask_arrow(
                    "block",
                    first_product_id=starts[first],
                    next_product_id=starts[last] if last < len(starts) else None,
                )
            )
            for number in range(first, last):
                blocks[number] = piece.part((number - first) * BLOCK_SIZE)
        return cls(
            release,
            settings,
            lookups,
            starts if release.has_text_ids else array("q", starts),
            blocks,
            rendered(ranking),
        )

    def cached_body(self, product_id: ProductId) -> bytes | None:
        """The answer for the default n; None where it is not in memory.

        Without waiting, because this is what nearly every request asks for.
        """
        block = self._blocks.get(bisect.bisect_right(self._starts, product_id) - 1)
        if block is None or not self._is_default_ready:
            return None
        list_id = block.list_of(product_id)
        found = self._cold_start if list_id is None else self._lists.get(list_id)
        if found is None:
            return None
        self._lookups.hits += 1
        return self._beginning(product_id) + found.default_body

    async def body(self, product_id: ProductId, n: int) -> bytes:
        """The answer for any n; cold start where the product is unknown."""
        found = await self._find(product_id)
        is_cold_start = found is None
        customers = (found or self._cold_start).customers[:n]
        if n > self.release.list_size and is_cold_start:
            customers = await self._longer_cold_start(n)
        elif n > self.release.list_size:
            customers = rendered(
                await self.release.ask("audience", product_id=product_id, n=n)
            )
        return self._beginning(product_id) + self._rest(customers, is_cold_start)

    async def _longer_cold_start(self, n: int) -> tuple[bytes, ...]:
        if len(self._ranking) < min(n, self.release.customer_count):
            self._ranking = rendered(await self.release.ask("global_ranking", n=n))
        return self._ranking[:n]

    async def knows(self, product_id: ProductId) -> bool:
        """Whether the release has the product."""
        return await self._find(product_id) is not None

    async def _find(self, product_id: ProductId) -> CustomerList | None:
        number = bisect.bisect_right(self._starts, product_id) - 1
        if number < 0:
            return None
        block = self._blocks.get(number)
        is_hit = block is not None
        if block is None:
            block = await self._read_block(number)
        list_id = block.list_of(product_id)
        found = None if list_id is None else self._lists.get(list_id)
        if list_id is not None and found is None:
            found, is_hit = await self._read_list(list_id), False
        self._lookups.hits += is_hit
        self._lookups.misses += not is_hit
        return found

    async def _read_block(self, number: int) -> Block:
        async def read() -> Block:
            is_last = number + 1 == len(self._starts)
            block = Block.of(
                await self.release.ask_arrow(
                    "block",
                    first_product_id=self._starts[number],
                    next_product_id=None if is_last else self._starts[number + 1],
                )
            )
            self._blocks[number] = block
            while len(self._blocks) > self._block_limit:
                del self._blocks[next(iter(self._blocks))]
            return block

        block = await self._once(("block", number), read)
        assert isinstance(block, Block)
        return block

    async def _read_list(self, list_id: int) -> CustomerList:
        async def read() -> CustomerList:
            rows = await self.release.ask("list", list_id=list_id)
            customers = tuple(rows[0][0].encode().split(b"\n")) if rows[0][0] else ()
            found = self._customer_list(customers, is_cold_start=False)
            self._lists[list_id] = found
            self._list_bytes += found.size
            while self._list_bytes > self._list_limit:
                self._list_bytes -= self._lists.pop(next(iter(self._lists))).size
            return found

        found = await self._once(("list", list_id), read)
        assert isinstance(found, CustomerList)
        return found

    async def _once(
        self,
        key: tuple[str, int],
        read: Callable[[], Coroutine[Any, Any, Block | CustomerList]],
    ) -> Block | CustomerList:
        """Read what several requests wait for once; none of them can cancel it."""
        task = self._reading.get(key)
        if task is None:

            async def read_and_forget() -> Block | CustomerList:
                try:
                    # Whoever asked first may be gone before the answer comes.
                    with self.release.use():
                        return await read()
                finally:
                    self._reading.pop(key, None)

            task = self._reading[key] = asyncio.create_task(read_and_forget())
            task.add_done_callback(lambda done: done.cancelled() or done.exception())
        return await asyncio.shield(task)

    def _customer_list(
        self, customers: tuple[bytes, ...], *, is_cold_start: bool
    ) -> CustomerList:
        return CustomerList(customers, self._rest(customers[:DEFAULT_N], is_cold_start))

    def _beginning(self, product_id: ProductId) -> bytes:
        shown = (
            as_json(product_id) if self.release.has_text_ids else str(product_id).encode()
        )
        return b'{"product_id":' + shown

    def _rest(self, customers: Sequence[bytes], is_cold_start: bool) -> bytes:
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
                self._release_json,
                b"}",
            )
        )


def numbers(column: Any) -> "array[int]":
    """A pyarrow array of 64-bit whole numbers, without a Python object for each."""
    start = column.offset * 8
    return array("q", column.buffers()[1][start : start + 8 * len(column)].to_pybytes())


def rendered(ranking: Sequence[tuple[ProductId, float]]) -> tuple[bytes, ...]:
    """Customers and scores, best first, as JSON objects with their ranks."""
    return tuple(
        as_json({"customer_id": customer_id, "score": score, "rank": rank})
        for rank, (customer_id, score) in enumerate(ranking, start=1)
    )
