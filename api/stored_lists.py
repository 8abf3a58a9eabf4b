"""The lists that a release stores, in memory as far as the settings allow."""

import asyncio
import json
import re
import sys
from collections.abc import Collection, Iterable

from api.audience_json import CustomerList
from api.batching import BatchedReads
from api.release import Release

LISTS_READ_AT_ONCE = 2000
# Lists that are searched for opt-outs before other requests get their turn.
LISTS_AT_ONCE = 50
# Opt-outs that are looked up in the lists; of more, all lists are read again.
MOST_COMPARED = 5000
RANK = re.compile(rb'"rank":\d+')


class StoredLists:
    """Reads lists by number, and keeps them. They name no customer who has opted out.

    Attributes:
        in_memory: the kept lists, the oldest first.
    """

    def __init__(self, release: Release, limit: int) -> None:
        """Set it up.

        Args:
            release: to read from.
            limit: memory for lists, bytes.
        """
        self.in_memory: dict[int, CustomerList] = {}
        self._release = release
        self._limit = limit
        self._bytes = 0
        self._reads = BatchedReads(release, self._read, LISTS_READ_AT_ONCE)

    async def get(
        self, list_ids: Collection[int]
    ) -> tuple[dict[int, CustomerList], set[int]]:
        """Some lists by number, and the numbers of those that were not in memory."""
        kept = self.in_memory
        lists = {list_id: kept[list_id] for list_id in list_ids if list_id in kept}
        read = await self._reads.get(set(list_ids) - lists.keys())
        return lists | read, set(read)

    async def keep_from(self, other: "StoredLists") -> None:
        """Keep the lists of the same release whose customers are still the same.

        Args:
            other: lists that were read while other customers had opted out.
        """
        if not self._release.has_table("list_members"):
            return  # An earlier release does not say which lists hold a customer.
        changed = self._release.opted_out ^ other._release.opted_out
        if len(changed) > MOST_COMPARED:
            return
        rows = await self._release.ask_at_once(
            "lists_of_customers",
            customer_ids=json.dumps(list(changed)),
            type=self._release.json_ids,
        )
        concerned = {row[0] for row in rows}
        self._keep(
            {
                list_id: found
                for list_id, found in other.in_memory.items()
                if list_id not in concerned
            }
        )

    def _keep(self, lists: dict[int, CustomerList]) -> None:
        self._bytes += sum(found.size for found in lists.values())
        self.in_memory |= lists
        while self._bytes > self._limit:
            self._bytes -= self.in_memory.pop(next(iter(self.in_memory))).size

    async def _read(self, list_ids: list[int]) -> dict[int, CustomerList]:
        rows = await self._release.ask("lists", list_ids=json.dumps(list_ids))
        found = {}
        for number, (list_id, ranking, stored) in enumerate(rows, start=1):
            if number % LISTS_AT_ONCE == 0:
                await asyncio.sleep(0)
            text = without(stored.encode(), self._release.opted_out)
            count = text.count(b"\n") + 1 if text else 0
            found[list_id] = CustomerList(sys.intern(ranking), text, count)
        self._keep(found)
        return found


def without(text: bytes, opted_out: Collection[int | str]) -> bytes:
    """A list without some customers; the ranks after them close up.

    Args:
        text: a JSON object per line, by rank.
        opted_out: ids of the customers to leave out.
    """
    if not opted_out or not text:
        return text
    customers = json.loads(b"[" + text.replace(b"\n", b",") + b"]")
    if all(customer["customer_id"] not in opted_out for customer in customers):
        return text
    return b"\n".join(renumbered(text.split(b"\n"), customers, opted_out))


def renumbered(
    lines: list[bytes],
    customers: list[dict[str, object]],
    opted_out: Collection[object],
) -> Iterable[bytes]:
    """The lines of the customers who stay, with new ranks."""
    rank = 0
    for line, customer in zip(lines, customers, strict=True):
        if customer["customer_id"] not in opted_out:
            rank += 1
            yield RANK.sub(b'"rank":%d' % rank, line, count=1)
