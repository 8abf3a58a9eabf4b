"""What speaks for a place, by the ranking that decided it."""

from datetime import datetime
from typing import Any

import pytest

from api.place_signals import (
    COUNTS,
    DECIDING_COUNTS,
    OTHER_SIGNALS,
    signals,
    with_deciding_counts,
)

AS_OF = datetime(2023, 3, 31)
OF_PRODUCTS = frozenset({*DECIDING_COUNTS, *OTHER_SIGNALS, "one_of_your_own"})
CUSTOMER = {"unique_products": 9, "last_interaction_at": datetime(2023, 3, 30)}
ATTRIBUTES = "touched 2 products with the same category or size"
NEIGHBOURS = "touched 3 products that customers of this product touch too"
ACTIVE = "active: 9 products, last seen 1 day before 2023-03-31"


def explained(ranking: str, score: float | None = 0.5) -> tuple[dict[str, Any], list[str]]:
    """The place of a listed customer, whose list has counts of both kinds; its signals."""
    place = {
        "place": "listed",
        "ranking": ranking,
        "score": score,
        "attribute_count": 2,
        "neighbour_count": 3,
    }
    place = with_deciding_counts(place, OF_PRODUCTS)
    return place, signals(place, CUSTOMER, ("category", "size"), AS_OF)


@pytest.mark.parametrize(
    ("ranking", "expected"),
    [
        ("hybrid", [ATTRIBUTES, NEIGHBOURS]),
        ("item_neighbours", [NEIGHBOURS]),
        ("category_affinity", [ATTRIBUTES]),
        ("attribute_affinity", [ATTRIBUTES]),
        ("repurchase", ["purchased this product before"]),
        (
            "sequential_rules",
            ["touched products that others touch shortly before this one"],
        ),
        (
            "random_walk",
            ["touched products linked to this one by shared customers"],
        ),
        ("als", ["close to this product in the factors of the model"]),
        ("one_of_your_own", [ATTRIBUTES, NEIGHBOURS]),
        ("activity", []),
    ],
)
def test_only_what_decided_a_place_is_named(ranking: str, expected: list[str]) -> None:
    place, found = explained(ranking)
    assert found == [*expected, ACTIVE]
    assert (place["attribute_count"] is not None) == (ATTRIBUTES in expected)
    assert (place["neighbour_count"] is not None) == (NEIGHBOURS in expected)


@pytest.mark.parametrize("ranking", [*DECIDING_COUNTS, *OTHER_SIGNALS])
def test_where_the_signals_have_ended_none_is_named(ranking: str) -> None:
    place, found = explained(ranking, score=None)
    ended = "the signals of this product have ended, and activity goes on"
    assert found == [ended, ACTIVE]
    assert [place[name] for name in COUNTS] == [None, None]


def test_a_customer_outside_the_list_has_no_counts() -> None:
    place = {"place": "excluded", "ranking": "hybrid", "score": 1.0}
    place = with_deciding_counts(place, OF_PRODUCTS)
    assert [place[name] for name in COUNTS] == [None, None]
    found = signals(place, CUSTOMER, (), AS_OF)
    assert found == ["left out: by the setting exclude or by feedback", ACTIVE]
