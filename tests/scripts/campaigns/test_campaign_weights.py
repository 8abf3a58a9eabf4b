"""Weights of a campaign: how many customers and products share its places."""

from collections import Counter
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scripts.statistics.campaign_weights import Weights
from tests.conftest import FinishedBuild
from tests.scripts.campaigns.placements import (
    WEIGHTS,
    Campaign,
    Step,
    campaigns,
    place,
    placement_models,
)

# Two products lack two customers each; six customers may be contacted twice.
WIDE = Campaign((2,) * 6, (2, 2), frozenset(), None)
# Four products lack two customers each, and four contacts may be made.
NARROW = Campaign((1,) * 4, (2,) * 4, frozenset(), None)


@pytest.fixture(scope="module")
def models(dirty_build: FinishedBuild) -> dict[str, Step]:
    """The function that makes the table of each step."""
    return placement_models(dirty_build)


def test_the_weight_of_diversity_says_how_many_customers_share_the_places(
    models: dict[str, Step],
) -> None:
    """Two customers can fill the four places, at most four can; three are half way."""
    placed = place(models, [replace(WIDE, diversity=weight) for weight in (0, 0.5, 1)])
    counts = [dict(Counter(customer for _, customer in pairs)) for pairs in placed.values()]
    assert counts == [{0: 2, 1: 2}, {0: 2, 1: 1, 2: 1}, {0: 1, 1: 1, 2: 1, 3: 1}]


def test_the_weight_of_coverage_says_how_many_products_share_the_customers(
    models: dict[str, Step],
) -> None:
    """The two most popular products can take all customers; three are half way."""
    placed = place(models, [replace(NARROW, coverage=weight) for weight in (0, 0.5, 1)])
    counts = [dict(Counter(product for product, _ in pairs)) for pairs in placed.values()]
    assert counts == [{0: 2, 1: 2}, {0: 1, 1: 2, 2: 1}, {0: 1, 1: 1, 2: 1, 3: 1}]


def test_the_weight_of_diversity_holds_for_likely_pairs_too(
    models: dict[str, Step],
) -> None:
    """Customer 5 is likely for both products, and gets one place before others get none."""
    likely = replace(WIDE, likely=((0, 5), (1, 5)))
    plain, diverse = place(models, [likely, replace(likely, diversity=1)]).values()
    assert sorted(plain) == [(0, 0), (0, 5), (1, 0), (1, 5)]
    assert sorted(diverse) == [(0, 1), (0, 5), (1, 0), (1, 2)]


def test_the_weight_of_diversity_holds_where_an_event_is_required(
    models: dict[str, Step],
) -> None:
    carts = frozenset((product, customer) for product in (0, 1) for customer in range(6))
    required = replace(WIDE, carts=carts)
    plain, diverse = place(models, [required, replace(required, diversity=1)]).values()
    assert len({customer for _, customer in plain}) == 2
    assert len({customer for _, customer in diverse}) == 4


def test_the_weight_of_diversity_holds_among_rivals(models: dict[str, Step]) -> None:
    """The first campaign takes four customers, and the second the two that are left."""
    first = replace(WIDE, priority=1, diversity=1)
    placed = place(models, [first, replace(WIDE, priority=2)])
    assert {customer for _, customer in placed[0]} == {0, 1, 2, 3}
    assert {customer for _, customer in placed[1]} == {4, 5}


@pytest.mark.slow
@settings(max_examples=60)
@given(batch=st.lists(campaigns(), min_size=1, max_size=25))
def test_with_full_weight_each_customer_has_at_most_one_contact(
    models: dict[str, Step], batch: list[Campaign]
) -> None:
    """Without exclusions, as long as there are as many customers as places."""
    batch = [
        replace(one, barred=frozenset(), carts=None, likely=(), diversity=1)
        for one in batch
    ]
    for number, pairs in place(models, batch).items():
        rooms, needs = batch[number].rooms, batch[number].needs
        fullest = max(Counter(customer for _, customer in pairs).values(), default=0)
        if sum(needs) <= np.count_nonzero(rooms):
            assert fullest <= 1
            assert len(pairs) == sum(needs)


@given(
    rooms=st.lists(st.integers(0, 9), min_size=1, max_size=30),
    places=st.integers(0, 120),
    weight=st.sampled_from(WEIGHTS),
)
def test_the_wanted_number_of_customers_fills_the_places(
    rooms: list[int], places: int, weight: float
) -> None:
    found = Weights(diversity=weight).contact_limits(np.array(rooms), places)
    assert (found <= rooms).all()
    if not weight or not places or sum(rooms) <= places:
        assert found.tolist() == rooms
        return
    with_room = np.array([room for room in rooms if room])
    fewest = int((np.cumsum(with_room) < places).sum()) + 1
    most = min(len(with_room), places)
    wanted = int(fewest + weight * (most - fewest) + 0.5)
    limits = found[np.array(rooms) > 0]
    assert limits[:wanted].sum() == places
    assert (limits >= 1).all()
    # Limits below the caps differ by at most one.
    below = limits[limits < with_room]
    assert not below.size or limits.max() <= below.min() + 1


@given(
    needs=st.lists(st.integers(0, 9), min_size=1, max_size=30),
    room=st.integers(0, 120),
    weight=st.sampled_from(WEIGHTS),
)
def test_the_wanted_number_of_products_takes_the_customers(
    needs: list[int], room: int, weight: float
) -> None:
    found = Weights(coverage=weight).first_products(np.array(needs), room)
    if weight == 1 or not room or sum(needs) <= room:
        assert found.tolist() == needs
        return
    lacking = [need for need in needs if need]
    fewest = int((np.cumsum(lacking) < room).sum()) + 1
    wanted = int(fewest + weight * (min(room, len(lacking)) - fewest) + 0.5)
    assert [need for need in found if need] == lacking[:wanted]
    assert found.sum() >= room
