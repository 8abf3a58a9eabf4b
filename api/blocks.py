"""Blocks of consecutive products, with the list of each product."""

import bisect
from array import array
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pyarrow

from api.release import Release

BLOCK_SIZE = 1024

ProductId = int | str


@dataclass(frozen=True)
class Block:
    """The lists of consecutive products, in the order of product ids.

    Attributes:
        products: ids.
        lists: the number of the list of each product.
    """

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
        """BLOCK_SIZE products from a position on."""
        return Block(
            self.products[first : first + BLOCK_SIZE],
            self.lists[first : first + BLOCK_SIZE],
        )

    def list_of(self, product_id: ProductId) -> int | None:
        """The list of a product; None if the block does not have the product."""
        place = bisect.bisect_left(self.products, product_id)
        if place < len(self.products) and self.products[place] == product_id:
            return self.lists[place]
        return None


async def read_block(
    release: Release, starts: Sequence[ProductId], first: int, last: int
) -> Block:
    """Several consecutive blocks as one.

    Args:
        release: to read from.
        starts: the first product of each block.
        first: number of the first block.
        last: number after that of the last block.
    """
    return Block.of(
        await release.ask_arrow(
            "block",
            first_product_id=starts[first],
            next_product_id=starts[last] if last < len(starts) else None,
        )
    )


def numbers(column: Any) -> "array[int]":
    """A pyarrow array of 64-bit whole numbers, without a Python object for each."""
    start = column.offset * 8
    return array("q", column.buffers()[1][start : start + 8 * len(column)].to_pybytes())
