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
        found.append(replace(campaign, priority=priority, days=(first, first + length)))
    return found


def are_rivals(one: Campaign, other: Campaign) -> bool:
    """Whether both have a priority and common days."""
    return (
        one.priority is not None
        and other.priority is not None
        and one.days[0] <= other.days[1]
        and other.days[0] <= one.days[1]
    )


def earlier_rivals(batch: list[Campaign], number: int) -> list[int]:
    """The rivals of a campaign that come before it: by priority, then by campaign_id."""
    return [
        other
        for other, rival in enumerate(batch)
        if other != number
        and are_rivals(batch[number], rival)
        and (rival.priority, f"{other}") < (batch[number].priority, f"{number}")
    ]


@pytest.mark.slow
@settings(max_examples=150)
@given(batch=with_priorities())
def test_rivals_share_no_customer_and_the_first_ones_lack_none_that_others_have(
    models: dict[str, Step], batch: list[Campaign]
) -> None:
    """An open place suits no customer with room whom an earlier rival has not placed.

    So the first campaign loses nothing to the others, the second only to the first, and a
    customer whom the first does not need goes on to the second.
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
        theirs = set().union(*(customers[other] for other in earlier_rivals(batch, number)))
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
