"""Placements of random small campaigns against the rules and the best assignment.

The tests run the warehouse's own models, compiled by dbt, on made-up rows. Many campaigns
run at once, each with its own customers and products.
"""

from collections import Counter
from dataclasses import replace

import numpy as np
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

batches = st.lists(campaigns(), min_size=1, max_size=25)


@pytest.fixture(scope="module")
def models(dirty_build: FinishedBuild) -> dict[str, Step]:
    """The function that makes the table of each step."""
    return placement_models(dirty_build)


@pytest.mark.slow
@settings(max_examples=60)
@given(batch=batches)
def test_places_keep_the_rules_and_every_place_that_can_be_filled_is_filled(
    models: dict[str, Step], batch: list[Campaign]
) -> None:
    """Therefore at least half of the places of the best assignment are filled.

    With a required event at least two thirds are, because products take customers over.
    """
    for number, places in place(models, batch).items():
        campaign = batch[number]
        assert len(places) == len(set(places))
        assert all(campaign.may_meet(*pair) for pair in places)
        by_product = Counter(product for product, _ in places)
        by_customer = Counter(customer for _, customer in places)
        assert all(campaign.needs[product] >= n for product, n in by_product.items())
        assert all(campaign.rooms[customer] >= n for customer, n in by_customer.items())
        for product, need in enumerate(campaign.needs):
            for customer, room in enumerate(campaign.rooms):
                assert (
                    by_product[product] == need
                    or by_customer[customer] == room
                    or (product, customer) in places
                    or not campaign.may_meet(product, customer)
                )
        share = 1 / 2 if campaign.carts is None else 2 / 3
        assert len(places) >= share * campaign.most_places()


def test_nearly_all_places_of_the_best_assignment_are_filled(
    models: dict[str, Step],
) -> None:
    """Over 400 random campaigns; for a single campaign the bound is a half."""
    generator = np.random.default_rng(7)
    batch = []
    for number in range(400):
        customers, products = generator.integers(1, 12), generator.integers(1, 8)
        cap, size = generator.integers(1, 5), generator.integers(1, 6)
        density = generator.choice([0.05, 0.2, 0.5, 0.7])
        met = generator.random((2, products, customers)) < density
        batch.append(
            Campaign(
                (int(min(cap, products)),) * int(customers),
                (int(size),) * int(products),
                frozenset(map(tuple, np.argwhere(met[0]).tolist())),
                frozenset(map(tuple, np.argwhere(met[1]).tolist())) if number % 4 else None,
            )
        )
    placed = sum(len(places) for places in place(models, batch).values())
    best = sum(campaign.most_places() for campaign in batch)
    assert 0.99 * best <= placed <= best


def test_a_customer_is_taken_over_from_a_product_that_has_another(
    models: dict[str, Step],
) -> None:
    """The first product takes customer 0, the third customer 2; the second suits both.

    The first product can take customer 1 instead.
    """
    carts = frozenset({(0, 0), (0, 1), (1, 0), (1, 2), (2, 2)})
    (places,) = place(models, [Campaign((1,) * 3, (1,) * 3, frozenset(), carts)]).values()
    assert sorted(places) == [(0, 1), (1, 0), (2, 2)]


@pytest.mark.slow
@given(batch=batches)
def test_likely_pairs_come_first_as_far_as_there_is_room(
    models: dict[str, Step], batch: list[Campaign]
) -> None:
    """Unless the campaign has weights for customers or products."""
    batch = [replace(campaign, diversity=0, coverage=1) for campaign in batch]
    for number, places in place(models, batch).items():
        campaign = batch[number]
        needs, rooms = list(campaign.needs), list(campaign.rooms)
        expected = set()
        for product, customer in campaign.likely:
            if needs[product] and rooms[customer]:
                needs[product] -= 1
                rooms[customer] -= 1
                expected.add((product, customer))
        assert expected == set(places) & set(campaign.likely)


def test_a_likely_customer_of_low_rank_comes_before_the_first_of_all(
    models: dict[str, Step],
) -> None:
    """Without a signal each product gets the first two customers in turn.

    Of the likely pairs the last customer takes one: the cap is 1.
    """
    campaign = Campaign((1,) * 6, (2, 2), frozenset({(1, 0)}), None)
    likely = ((1, 5), (0, 5), (0, 4))
    plain, signalled = place(models, [campaign, replace(campaign, likely=likely)]).values()
    assert sorted(plain) == [(0, 0), (0, 3), (1, 1), (1, 2)]
    assert sorted(signalled) == [(0, 0), (0, 4), (1, 1), (1, 5)]


@pytest.mark.parametrize("requires_event", [False, True])
def test_many_products_and_the_same_heavy_customers(
    models: dict[str, Step], requires_event: bool
) -> None:
    """Forty products name the same 200 customers: only these suit, or all but these.

    In both cases 200 places can be filled, and the best suitable customers fill them.
    """
    heavy, light, products, size = 200, 1000, 40, 5
    met = frozenset((p, c) for p in range(products) for c in range(heavy))
    campaign = Campaign(
        (1,) * (heavy + light),
        (size,) * products,
        frozenset() if requires_event else met,
        met if requires_event else None,
    )
    (places,) = place(models, [campaign]).values()
    assert len(places) == campaign.most_places() == products * size
    first = 0 if requires_event else heavy
    assert {customer for _, customer in places} == set(range(first, first + 200))
    assert set(Counter(product for product, _ in places).values()) == {size}


def test_a_low_ranked_customer_takes_a_place_that_suits_no_better_one(
    models: dict[str, Step],
) -> None:
    """Only the last customer suits one product; the other products suit all."""
    customers, products = 600, 6
    barred = frozenset((0, customer) for customer in range(customers - 1))
    needs = (1,) + (100,) * (products - 1)
    campaign = Campaign((1,) * customers, needs, barred, None)
    (places,) = place(models, [campaign]).values()
    assert len(places) == campaign.most_places() == 501
    assert (0, customers - 1) in places


def test_places_beyond_the_room_of_customers_are_not_listed(
    models: dict[str, Step],
) -> None:
    """A product may lack more customers than there are, without using memory for them."""
    campaign = Campaign((2,) * 30, (10**9, 10**9, 3), frozenset(), None)
    (places,) = place(models, [campaign]).values()
    assert len(places) == campaign.most_places() == 60


def test_without_a_cap_every_product_gets_the_top_of_the_ranking(
    models: dict[str, Step],
) -> None:
    campaign = Campaign((4,) * 8, (3,) * 4, frozenset({(0, 0), (0, 2), (1, 1)}), None)
    (places,) = place(models, [campaign]).values()
    assert {
        product: sorted(customer for other, customer in places if other == product)
        for product in range(4)
    } == {0: [1, 3, 4], 1: [0, 2, 3], 2: [0, 1, 2], 3: [0, 1, 2]}


def test_with_a_cap_better_customers_come_before_worse_ones(
    models: dict[str, Step],
) -> None:
    """Four products need two each, the cap is one: the first eight of ten customers."""
    (places,) = place(models, [Campaign((1,) * 10, (2,) * 4, frozenset(), None)]).values()
    assert sorted(customer for _, customer in places) == list(range(8))
    for product in range(4):
        first, second = sorted(c for other, c in places if other == product)
        assert first < 4 <= second
