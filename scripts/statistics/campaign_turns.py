"""In which order campaigns that share their customers are offered them.

Campaigns are placed by priority. Of one priority, a customer is offered first to the
campaign in which a contact is expected to earn most; of equal profits to the one whose
turn comes first. A customer whom a rival has placed is not offered any more.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from scripts.statistics.campaign_places import Pair, complete
from scripts.statistics.campaign_weights import Counts, Weights

Flags = npt.NDArray[np.bool_]


@dataclass
class CampaignPlaces:
    """The open places of a campaign, and who has got them so far.

    Attributes:
        open_counts, rooms, named, likely: as in `complete`, before any pair is placed.
        requires_event, takes_turns: as in `complete`.
        weights: how many customers and products share the places.
        placed: pairs of product and customer.
    """

    open_counts: Counts
    rooms: Counts
    named: list[Sequence[int]]
    likely: list[Pair]
    requires_event: bool
    takes_turns: bool
    weights: Weights
    placed: list[Pair] = field(default_factory=list)

    def is_full(self) -> bool:
        """Whether no place is open."""
        return len(self.placed) == int(self.open_counts.sum())

    def customers(self) -> Counts:
        """The customers with a place."""
        return np.unique(_column(self.placed, 1))

    def fill(self, offered: Flags | None = None) -> None:
        """Give open places to the customers who are offered, all if none are named.

        The weights limit customers and products at first. Then every place is filled that
        can be.
        """
        open_counts, rooms = self._left(offered)
        if not open_counts.any() or not rooms.any():
            return
        first = self.weights.first_products(open_counts, int(rooms.sum()))
        limits = self.weights.contact_limits(rooms, int(first.sum()))
        if first is not open_counts or limits is not rooms:
            self._place(first, limits)
            open_counts, rooms = self._left(offered)
        self._place(open_counts, rooms)

    def _left(self, offered: Flags | None) -> tuple[Counts, Counts]:
        """How many customers each product lacks, and the room of those who are offered."""
        if not self.placed:
            open_counts, rooms = self.open_counts, self.rooms
        else:
            had, used = (_column(self.placed, column) for column in (0, 1))
            open_counts = self.open_counts - np.bincount(had, minlength=len(self.named))
            rooms = self.rooms - np.bincount(used, minlength=len(self.rooms))
        return open_counts, rooms if offered is None else np.where(offered, rooms, 0)

    def _place(self, open_counts: Counts, rooms: Counts) -> None:
        if open_counts.any() and rooms.any():
            self.placed = complete(
                open_counts.tolist(),
                rooms.tolist(),
                self.named,
                self.likely,
                self.placed,
                requires_event=self.requires_event,
                takes_turns=self.takes_turns,
            )


def _column(pairs: list[Pair], column: int) -> Counts:
    return np.array(pairs, dtype=np.int64).reshape(-1, 2)[:, column]


@dataclass
class SharingCampaign:
    """A campaign that shares its customers.

    Attributes:
        priority: 1 comes first.
        turn: its place among all, by priority first; no other has the same.
        rivals: the turns of the campaigns with which it shares its customers.
        ranks: the rank of each of its customers among all customers; it names them.
        profits: what a contact of each of its customers is expected to earn.
    """

    places: CampaignPlaces
    priority: int
    turn: int
    rivals: set[int]
    ranks: Counts
    profits: npt.NDArray[np.float64]


class _Offers:
    """To whom the places of a campaign were offered, and who has them, by rank."""

    def __init__(self, campaign: SharingCampaign, customer_count: int) -> None:
        self.campaign = campaign
        self.profits = np.full(customer_count, -np.inf)
        self.profits[campaign.ranks] = campaign.profits
        self.waiting = np.zeros(customer_count, dtype=bool)
        self.waiting[campaign.ranks] = campaign.places.rooms > 0
        self.placed = np.zeros(customer_count, dtype=bool)

    def comes_before(self, other: "_Offers") -> Flags:
        """Which customers wait for the offer of this campaign before that of another."""
        ranks = other.campaign.ranks
        profits, others = self.profits[ranks], other.profits[ranks]
        earns_more: Flags = profits > others
        if self.campaign.turn < other.campaign.turn:
            earns_more = profits >= others
        return self.waiting[ranks] & earns_more

    def make(self, rivals: list["_Offers"]) -> None:
        """Offer the places to customers who wait for no better offer, and to no rival's."""
        campaign, ranks = self.campaign, self.campaign.ranks
        later = np.zeros(len(ranks), dtype=bool)
        taken = np.zeros(len(ranks), dtype=bool)
        for rival in rivals:
            taken |= rival.placed[ranks]
            if rival.campaign.priority == campaign.priority:
                later |= rival.comes_before(self)
        campaign.places.fill(~later & ~taken)
        self.placed[ranks[campaign.places.customers()]] = True
        self.waiting[ranks] &= later
        if campaign.places.is_full():
            self.waiting[:] = False


def place_in_turn(campaigns: list[SharingCampaign]) -> None:
    """Fill the places of campaigns that share their customers."""
    count = max((int(one.ranks.max(initial=-1)) for one in campaigns), default=-1) + 1
    offers = {
        one.turn: _Offers(one, count) for one in sorted(campaigns, key=lambda one: one.turn)
    }
    for priority in sorted({one.priority for one in campaigns}):
        of_priority = [one for one in offers.values() if one.campaign.priority == priority]
        while any(one.waiting.any() for one in of_priority):
            for one in of_priority:
                if one.waiting.any():
                    one.make([offers[turn] for turn in one.campaign.rivals & offers.keys()])
