"""Campaigns with a priority share their customers: each is placed by one of them only.

The tests run the warehouse's own models on random small campaigns (placements.py).
"""

from collections import Counter
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.conftest import FinishedBuild
from tests.scripts.campaigns.placements import (
    Campaign,
    Step,
    campaigns,
    place,
    placement_models,
)


@pytest.fixture(scope="module")
def models(dirty_build: FinishedBuild) -> dict[str, Step]:
    """The function that makes the table of each step."""
    return placement_models(dirty_build)


@st.composite
def with_priorities(draw: st.DrawFn) -> list[Campaign]:
    """Campaigns of the same customers, most with a priority, in periods of 90 days."""
    found = []
    for campaign in draw(st.lists(campaigns(), min_size=2, max_size=5)):
        first, length = draw(st.integers(0, 59)), draw(st.integers(0, 30))
        priority = draw(st.none() | st.integers(1, 3))
        profit = st.sampled_from((None, -0.5, 0, 0.5, 2))
        profits = tuple(draw(profit) for _ in campaign.rooms)
        days = (first, first + length)
        found.append(replace(campaign, priority=priority, days=days, profits=profits))
    return found


def are_rivals(one: Campaign, other: Campaign) -> bool:
    """Whether both have a priority and common days."""
    return (
        one.priority is not None
        and other.priority is not None
        and one.days[0] <= other.days[1]
        and other.days[0] <= one.days[1]
    )


def comes_before(batch: list[Campaign], number: int, other: int, customer: int) -> bool:
    """Whether a rival comes first: by priority, by profit, then by campaign_id."""
    campaign, rival = batch[number], batch[other]
    if other == number or not are_rivals(campaign, rival):
        return False
    if rival.priority != campaign.priority:
        return rival.priority < campaign.priority  # type: ignore[operator]
    mine, theirs = (
        (one.profits[customer] or 0, -of)
        for one, of in ((campaign, number), (rival, other))
    )
    return theirs > mine


@pytest.mark.slow
@settings(max_examples=150)
@given(batch=with_priorities())
def test_rivals_share_no_customer_and_the_first_ones_lack_none_that_others_have(
    models: dict[str, Step], batch: list[Campaign]
) -> None:
    """An open place suits no customer with room whom a rival that comes first has not.

    So the first campaign loses nothing to those of a later priority, and a customer whom it
    does not need goes on to the second. Of one priority it only loses customers from whom
    the other is expected to earn more.
    """
    placed = place(models, batch)
    customers = {
        number: {customer for _, customer in places} for number, places in placed.items()
    }
    for number, places in placed.items():
        campaign = batch[number]
        for other in range(number):
            assert not (
                are_rivals(campaign, batch[other]) and customers[number] & customers[other]
            )
        theirs = {
            customer
            for other in placed
            for customer in customers[other]
            if customer < len(campaign.rooms)
            and comes_before(batch, number, other, customer)
        }
        left = replace(
            campaign,
            rooms=tuple(
                0 if customer in theirs else room
                for customer, room in enumerate(campaign.rooms)
            ),
        )
        assert len(places) == len(set(places))
        assert all(left.may_meet(*pair) for pair in places)
        by_product = Counter(product for product, _ in places)
        by_customer = Counter(customer for _, customer in places)
        assert all(left.needs[product] >= n for product, n in by_product.items())
        assert all(left.rooms[customer] >= n for customer, n in by_customer.items())
        for product, need in enumerate(left.needs):
            for customer, room in enumerate(left.rooms):
                assert (
                    by_product[product] == need
                    or by_customer[customer] == room
                    or (product, customer) in places
                    or not left.may_meet(product, customer)
                )
        share = 1 / 2 if campaign.carts is None else 2 / 3
        assert len(places) >= share * left.most_places()


def shared(rooms: tuple[int, ...], priority: int | None, **changed: object) -> Campaign:
    """A campaign of two products that lack two customers each, without exclusions."""
    campaign = Campaign(rooms, (2, 2), frozenset(), None, priority)
    return replace(campaign, **changed)  # type: ignore[arg-type]


def test_the_stated_order_decides_not_the_order_of_the_rows(
    models: dict[str, Step],
) -> None:
    """Both want the best customers; the second row has the lowest number."""
    placed = place(models, [shared((1,) * 6, 2), shared((1,) * 6, 1)])
    assert {customer for _, customer in placed[1]} == {0, 1, 2, 3}
    assert {customer for _, customer in placed[0]} == {4, 5}


@pytest.mark.parametrize(
    "other",
    [shared((1,) * 4, None), shared((1,) * 4, 1, days=(30, 60))],
    ids=["no priority", "another period"],
)
def test_others_get_the_same_customers(models: dict[str, Step], other: Campaign) -> None:
    placed = place(models, [shared((1,) * 4, 1), other])
    assert [{customer for _, customer in placed[number]} for number in (0, 1)] == [
        {0, 1, 2, 3},
        {0, 1, 2, 3},
    ]


def test_a_customer_who_suits_no_product_of_the_first_goes_to_the_second(
    models: dict[str, Step],
) -> None:
    """The first needs the two with the event, which are not the best of all customers."""
    first = shared((1,) * 5, 1, carts=frozenset({(0, 1), (1, 4), (0, 4)}))
    placed = place(models, [first, shared((1,) * 5, 2)])
    assert {customer for _, customer in placed[0]} == {1, 4}
    assert {customer for _, customer in placed[1]} == {0, 2, 3}


def test_neighbouring_products_of_a_campaign_with_rivals_get_different_pairs(
    models: dict[str, Step],
) -> None:
    """Four products, two contacts for each customer: every list is another one."""
    wide = Campaign((2,) * 4, (2,) * 4, frozenset(), None, 1)
    placed = place(models, [wide, shared((1,) * 4, 2)])
    lists = {
        product: frozenset(customer for other, customer in placed[0] if other == product)
        for product in range(4)
    }
    assert len(set(lists.values())) == 4
    assert {len(customers) for customers in lists.values()} == {2}
    assert placed[1] == []


def earned(batch: list[Campaign], placed: dict[int, list[tuple[int, int]]]) -> float:
    """What the first contacts of all customers are expected to earn."""
    return sum(
        batch[number].profits[customer] or 0
        for number, places in placed.items()
        for customer in {customer for _, customer in places}
    )


def test_customers_of_each_class_go_where_they_earn_more(models: dict[str, Step]) -> None:
    """Planted: customers with an even number earn more in the second campaign.

    Both need four customers. Without measured profits the first takes the best four.
    """
    profits = ((0.5, 2.0) * 4, (2.0, 0.5) * 4)
    batch = [
        shared((1,) * 8, 1, profits=of_campaign, needs=(2, 2)) for of_campaign in profits
    ]
    placed = place(models, batch)
    customers = [{customer for _, customer in placed[number]} for number in (0, 1)]
    assert customers == [{1, 3, 5, 7}, {0, 2, 4, 6}]
    in_turn = place(models, [replace(one, profits=()) for one in batch])
    assert {customer for _, customer in in_turn[0]} == {0, 1, 2, 3}
    assert earned(batch, placed) == 8 * 2.0
    assert earned(batch, in_turn) == 4 * 2.0 + 4 * 0.5


def test_a_priority_comes_before_a_profit(models: dict[str, Step]) -> None:
    poor = shared((1,) * 5, 1, profits=(-0.5,) * 5)
    placed = place(models, [poor, shared((1,) * 5, 2, profits=(2.0,) * 5)])
    assert {customer for _, customer in placed[0]} == {0, 1, 2, 3}
    assert {customer for _, customer in placed[1]} == {4}


def test_a_customer_whom_the_better_campaign_does_not_need_goes_to_the_next(
    models: dict[str, Step],
) -> None:
    """All three earn most in the last campaign, which needs one, then in the middle one.

    In the first one, whose turn it is, a contact is expected to lose money.
    """
    batch = [
        shared((1,) * 3, 1, profits=(profit,) * 3, needs=(1,))
        for profit in (-0.5, 0.5, 2.0)
    ]
    assert place(models, batch) == {0: [(0, 2)], 1: [(0, 1)], 2: [(0, 0)]}
