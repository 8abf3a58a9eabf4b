"""How the places of a campaign are filled: pairs of product and customer.

Likely pairs come first. Then each product in turn takes its best customer with room,
beginning with the product that has the fewest candidates; then each its second, and so on
until no customer with room fits an open place. One pass is enough: room only shrinks. If
an event is required and few customers suit a product, an open place takes over a customer
whose own product has another candidate. The cost grows with the places and the named
pairs.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

Pair = tuple[int, int]


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


Choices = Mapping[int, OnlyNamed | AllButNamed]


def complete(
    open_counts: list[int],
    rooms: list[int],
    named: list[Sequence[int]],
    likely: Iterable[Sequence[int]],
    earlier: Sequence[Pair] = (),
    *,
    requires_event: bool,
    takes_turns: bool = False,
) -> list[Pair]:
    """All pairs of product and customer, those of earlier calls included.

    Args:
        open_counts: per product, how many customers it lacks.
        rooms: per customer, best first, how many products they may still get.
        named: per product, in ascending order, customers. If the campaign requires an
            event, only these may be contacted; else all but these.
        likely: pairs that are placed first, in this order; all of them are named.
        earlier: pairs of earlier calls; `open_counts` and `rooms` are without them.
        takes_turns: whether each round begins one product further on, so that neighbouring
            products do not share all of their customers (as in int_campaign_slots).
    """
    placed = list(earlier)
    lacking: list[int] = []
    placed_before = set(earlier)
    for product, customer in likely:
        if (
            open_counts[product]
            and rooms[customer]
            and (product, customer) not in placed_before
        ):
            open_counts[product] -= 1
            rooms[customer] -= 1
            placed.append((product, customer))
    choices = _choices(open_counts, rooms, named, earlier, requires_event=requires_event)
    asking = sorted(
        (product for product, count in enumerate(open_counts) if count),
        key=lambda product: choices[product].count - open_counts[product],
    )
    room = sum(rooms)
    while asking:
        still_asking = []
        for product in asking:
            taken = choices[product].take() if room else None
            if taken is None:
                lacking.append(product)
                continue
            rooms[taken] -= 1
            room -= 1
            open_counts[product] -= 1
            placed.append((product, taken))
            if open_counts[product]:
                still_asking.append(product)
        asking = still_asking[1:] + still_asking[:1] if takes_turns else still_asking
    if requires_event and room and lacking:
        return _taken_over(open_counts, rooms, named, choices, placed, lacking)
    return placed


def _choices(
    open_counts: list[int],
    rooms: list[int],
    named: list[Sequence[int]],
    earlier: Sequence[Pair],
    *,
    requires_event: bool,
) -> Choices:
    """The customers of each product that lacks some; with a required event, of each one.

    Customers whom an earlier call has placed for a product are not offered to it again.
    """
    had: defaultdict[int, set[int]] = defaultdict(set)
    for product, customer in earlier:
        had[product].add(customer)
    following = list(range(1, len(rooms) + 1))
    choices: dict[int, OnlyNamed | AllButNamed] = {}
    for product, customers in enumerate(named):
        if requires_event:
            suiting = [one for one in customers if one not in had[product]]
            choices[product] = OnlyNamed(rooms, suiting)
        elif open_counts[product]:
            barred = sorted({*customers, *had[product]}) if earlier else customers
            choices[product] = AllButNamed(rooms, barred, following)
    return choices


def _taken_over(
    open_counts: list[int],
    rooms: list[int],
    named: list[Sequence[int]],
    choices: Choices,
    placed: list[Pair],
    lacking: list[int],
) -> list[Pair]:
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
