"""Fills the places of campaigns that are still open after int_campaign_slots.

Pairs with a signal (int_campaign_signals) come first. Then each product in turn takes its
best customer with room, beginning with the product that has the fewest candidates; then
each its second, and so on until no customer with room fits an open place. One pass is
enough: room only shrinks. If an event is required and few customers suit a product, an
open place takes over a customer whose own product has another candidate. The cost grows
with the places and the named pairs.

Campaigns that share their customers (int_campaign_turns) have no slots: they are placed
here one after the other, each out of the customers whom those before it did not place.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any

import pyarrow

RESULT = pyarrow.schema(
    [
        ("campaign_id", pyarrow.string()),
        ("product_number", pyarrow.int64()),
        ("customer_number", pyarrow.int64()),
    ]
)


class OnlyNamed:
    """The customers with room that are named for a product."""

    def __init__(self, rooms: list[int], named: Sequence[int]) -> None:
        self.rooms = rooms
        self.named = named
        self.position = 0
        self.count = len(named)

    def take(self) -> int | None:
        """The best customer not tried yet; None if there is none."""
        while self.position < self.count:
            customer = self.named[self.position]
            self.position += 1
            if self.rooms[customer]:
                return customer
        return None


class AllButNamed:
    """The customers with room that are not named for a product.

    Args:
        following: per customer a later one; all customers between them have no room. The
            products of a campaign share it and shorten it as they go, so that customers
            without room are skipped in few steps (path halving, as in a disjoint-set
            forest).
    """

    def __init__(
        self, rooms: list[int], named: Sequence[int], following: list[int]
    ) -> None:
        self.rooms = rooms
        self.named = named
        self.following = following
        self.position = 0
        self.named_position = 0
        self.count = len(rooms) - len(named)

    def take(self) -> int | None:
        """The best customer not tried yet; None if there is none."""
        rooms, named, following = self.rooms, self.named, self.following
        customer, place = self.position, self.named_position
        while customer < len(rooms):
            if rooms[customer]:
                while place < len(named) and named[place] < customer:
                    place += 1
                if place == len(named) or named[place] != customer:
                    break
                customer += 1
            else:
                after = following[customer]
                if after < len(rooms) and not rooms[after]:
                    following[customer] = after = following[after]
                customer = after
        self.position, self.named_position = customer + 1, place
        return customer if customer < len(rooms) else None


def complete(
    open_counts: list[int],
    rooms: list[int],
    named: list[Sequence[int]],
    likely: Iterable[Sequence[int]],
    *,
    requires_event: bool,
    takes_turns: bool = False,
) -> list[tuple[int, int]]:
    """Pairs of product and customer that fill the open places.

    Args:
        open_counts: per product, how many customers it lacks; at least 1.
        rooms: per customer, best first, how many products they may still get.
        named: per product, in ascending order, customers. If the campaign requires an
            event, only these may be contacted; else all but these.
        likely: pairs that are placed first, in this order; all of them are named.
        takes_turns: whether each round begins one product further on, so that neighbouring
            products do not share all of their customers (as in int_campaign_slots).
    """
    placed: list[tuple[int, int]] = []
    lacking: list[int] = []
    for product, customer in likely:
        if open_counts[product] and rooms[customer]:
            open_counts[product] -= 1
            rooms[customer] -= 1
            placed.append((product, customer))
    following = list(range(1, len(rooms) + 1))
    choices: list[OnlyNamed | AllButNamed] = [
        OnlyNamed(rooms, customers)
        if requires_event
        else AllButNamed(rooms, customers, following)
        for customers in named
    ]
    asking = sorted(
        (product for product, count in enumerate(open_counts) if count),
        key=lambda product: choices[product].count - open_counts[product],
    )
    room = sum(rooms)
    while asking:
        still_asking = []
        for product in asking:
            customer = choices[product].take() if room else None
            if customer is None:
                lacking.append(product)
                continue
            rooms[customer] -= 1
            room -= 1
            open_counts[product] -= 1
            placed.append((product, customer))
            if open_counts[product]:
                still_asking.append(product)
        asking = still_asking[1:] + still_asking[:1] if takes_turns else still_asking
    if requires_event and room and lacking:
        return _taken_over(open_counts, rooms, named, choices, placed, lacking)
    return placed


def _taken_over(
    open_counts: list[int],
    rooms: list[int],
    named: list[Sequence[int]],
    choices: Sequence[OnlyNamed | AllButNamed],
    placed: list[tuple[int, int]],
    lacking: list[int],
) -> list[tuple[int, int]]:
    """The placed pairs, after products that lack customers have taken over some of them.

    That leaves no augmenting path of three pairs, hence at least two thirds of the best
    (Hopcroft and Karp 1973, doi:10.1137/0202019).
    """
    products_of: defaultdict[int, list[int]] = defaultdict(list)
    for product, customer in placed:
        products_of[customer].append(product)
    for product in lacking:
        for customer in named[product]:
            if not open_counts[product]:
                break
            products = products_of[customer]
            if product in products:
                continue
            for place, other in enumerate(products):
                successor = choices[other].take()
                if successor is not None:
                    products[place] = product
                    products_of[successor].append(other)
                    rooms[successor] -= 1
                    open_counts[product] -= 1
                    break
    return [
        (product, customer)
        for customer, products in products_of.items()
        for product in products
    ]


def _columns(rows: pyarrow.Table, campaign_id: str, *names: str) -> list[Any]:
    """Columns of the rows of a campaign, sorted by these columns."""
    import numpy
    import pyarrow.compute

    of_campaign = pyarrow.compute.equal(rows["campaign_id"], campaign_id)
    found = rows.filter(of_campaign).sort_by([(name, "ascending") for name in names])
    return [numpy.asarray(found[name], dtype=numpy.int64) for name in names]


def model(dbt: Any, session: Any) -> Any:
    """The table of this model: one row per campaign, product and customer, by number."""
    from scripts.statistics.engine_tables import arrow_table, engine_table

    dbt.config(materialized="table")
    products = arrow_table(dbt.ref("int_campaign_open_products"))
    if not products.num_rows:
        return engine_table(session, RESULT.empty_table())
    import numpy
    import pyarrow.compute

    customers = arrow_table(dbt.ref("int_campaign_free_customers"))
    pairs = arrow_table(dbt.ref("int_campaign_named_pairs"))
    signals = pairs.filter(pyarrow.compute.is_valid(pairs["signal_place"]))
    rivals = arrow_table(dbt.ref("int_campaign_turns")).to_pylist()
    turns = {row["campaign_id"]: row["turn"] for row in rivals}
    ranks_placed: dict[str, Any] = {}
    tables = []
    campaigns = products.group_by(["campaign_id", "requires_event"]).aggregate([])
    for campaign_id, requires_event in sorted(
        zip(*campaigns.to_pydict().values(), strict=True),
        key=lambda campaign: (turns.get(campaign[0], 0), campaign[0]),
    ):
        numbers, open_counts = _columns(
            products, campaign_id, "product_number", "open_count"
        )
        _, rooms = _columns(customers, campaign_id, "customer_number", "room")
        if campaign_id in turns:
            _, ranks = _columns(customers, campaign_id, "customer_number", "customer_rank")
            for row in rivals:
                if row["campaign_id"] == campaign_id and row["rival_id"] in ranks_placed:
                    theirs = numpy.isin(ranks, ranks_placed[row["rival_id"]])
                    rooms = numpy.where(theirs, 0, rooms)
        named_for, named = _columns(pairs, campaign_id, "product_number", "customer_number")
        # Numbers begin at 1, positions at 0.
        named = memoryview(named - 1)
        order = ("signal_place", "product_number", "customer_number")
        likely = numpy.column_stack(_columns(signals, campaign_id, *order)[1:]) - 1
        starts = numpy.searchsorted(named_for, numbers, "left").tolist()
        ends = numpy.searchsorted(named_for, numbers, "right").tolist()
        placed = numpy.array(
            complete(
                open_counts.tolist(),
                rooms.tolist(),
                [named[start:end] for start, end in zip(starts, ends, strict=True)],
                likely.tolist(),
                requires_event=requires_event,
                takes_turns=not requires_event
                and (campaign_id in turns or likely.size > 0),
            ),
            dtype=numpy.int64,
        ).reshape(-1, 2)
        if campaign_id in turns:
            ranks_placed[campaign_id] = ranks[numpy.unique(placed[:, 1])]
        columns = [[campaign_id] * len(placed), placed[:, 0] + 1, placed[:, 1] + 1]
        tables.append(pyarrow.table(columns, schema=RESULT))
    return engine_table(session, pyarrow.concat_tables([RESULT.empty_table(), *tables]))
