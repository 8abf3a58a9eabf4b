"""Intervals over customers: known values, and coverage where the truth is simulated.

`make simulate` draws more often.
"""

import os
from collections.abc import Callable

import numpy
import pyarrow
import pytest

from scripts.statistics.customer_intervals import (
    RESULT,
    difference_interval,
    hit_intervals,
    metric_intervals,
    sum_interval,
)

DRAWS = int(os.environ.get("AUDIENCE_SIMULATED_LOGS", "4000"))
# Two standard errors of a share of 95 % among the draws.
LUCK = 2 * (0.95 * 0.05 / DRAWS) ** 0.5
HITS = (1, 2, 5, 50, 500)
# Of whom the warehouse knows how many products each touches.
TOUCHED = 100


def zipf(random: numpy.random.Generator, count: int) -> numpy.ndarray:
    """Counts without a typical size: shares fall with the power 2.5 of the count."""
    sizes = numpy.arange(1, 301)
    return random.choice(sizes, count, p=sizes**-2.5 / (sizes**-2.5).sum())


# How many hits a customer with a hit brings.
CLUSTERS: dict[str, Callable[[numpy.random.Generator, int], numpy.ndarray]] = {
    "one each": lambda _, count: numpy.ones(count, "int64"),
    "two on average": lambda random, count: random.geometric(1 / 2, count),
    "five on average": lambda random, count: random.geometric(1 / 5, count),
    "no typical number": zipf,
}
# As on UCI Online Retail, where 33 customers fill all lists by engagement.
FORTY_EACH = "forty each"
SIZES = CLUSTERS | {FORTY_EACH: lambda _, count: numpy.full(count, 40)}


def drawn(
    random: numpy.random.Generator, cluster: str, hits: float
) -> tuple[numpy.ndarray, numpy.ndarray, numpy.ndarray]:
    """Hits per customer of many logs with so many expected hits.

    Returns:
        The log and the hits of each customer; and for each log the mean of the hits of a
        customer, weighted by themselves, as int_recommender_sums estimates it from what the
        customers of the log touch.
    """
    mean = SIZES[cluster](random, 200_000).mean()
    counts = random.poisson(hits / mean, DRAWS)
    parts = SIZES[cluster](random, counts.sum())
    touched = SIZES[cluster](random, DRAWS * TOUCHED).reshape(DRAWS, TOUCHED)
    one_customer = (touched**2).sum(axis=1) / touched.sum(axis=1)
    return numpy.repeat(numpy.arange(DRAWS), counts), parts, one_customer


def summed(
    logs: numpy.ndarray, parts: numpy.ndarray
) -> tuple[numpy.ndarray, numpy.ndarray, numpy.ndarray]:
    """Per log the sum, the sum of squares and the largest part of its customers."""
    largest = numpy.zeros(DRAWS)
    numpy.maximum.at(largest, logs, parts)
    return (
        numpy.bincount(logs, parts, DRAWS),
        numpy.bincount(logs, parts**2, DRAWS),
        largest,
    )


@pytest.mark.parametrize(
    ("count", "low", "high"),
    # Garwood 1936.
    [(0, 0, 3.6889), (1, 0.0253, 5.5716), (2, 0.2422, 7.2247), (50, 37.1110, 65.9188)],
)
def test_customers_with_one_hit_each_have_the_exact_interval(
    count: int, low: float, high: float
) -> None:
    bounds = sum_interval(count, count, 1)
    assert bounds == pytest.approx((low, high), abs=1e-4)


def test_two_hits_in_a_quarter_of_a_million_places_are_not_known_to_be_more_than_none() -> (
    None
):
    places = 235_294
    low, high = sum_interval(2 / places, 2 / places**2, 1 / places)
    assert f"{low:.4%} to {high:.4%}" == "0.0001% to 0.0031%"


def test_the_scale_of_the_contributions_does_not_matter() -> None:
    many = numpy.array(sum_interval([0, 7, 40], [0, 19, 200], [1, 3, 9]))
    scaled = numpy.array(
        sum_interval([0, 0.7, 4.0], [0, 0.19, 2.00], numpy.array([1, 3, 9]) / 10)
    )
    assert scaled * 10 == pytest.approx(many)


def test_without_customers_who_differ_a_difference_may_still_lie_on_both_sides() -> None:
    low, high = difference_interval(0.0, (0, 0, 1), (0, 0, 2))
    assert (low, high) == pytest.approx((-2 * 3.6889, 3.6889), abs=1e-3)


def holds_as_often_as_it_says(coverage: float, hits: int) -> None:
    """Never less often than in 93 %; with 500 hits in at most 97 %, with 50 in 98 %.

    A count of few hits takes few values: no exact interval of five holds in less than 98 %.
    """
    assert coverage >= 0.93 - LUCK
    if hits >= 50:
        assert coverage <= (0.98 if hits < 500 else 0.97) + LUCK


@pytest.mark.parametrize(
    ("cluster", "hits"),
    [*((cluster, hits) for cluster in CLUSTERS for hits in HITS), (FORTY_EACH, 1320)],
)
def test_intervals_hold_the_expected_hits(cluster: str, hits: int) -> None:
    random = numpy.random.default_rng(hits)
    logs, parts, one_customer = drawn(random, cluster, hits)
    total, squares, largest = summed(logs, parts)
    low, high = sum_interval(total, squares, numpy.maximum(largest, one_customer))
    holds_as_often_as_it_says(((low <= hits) & (hits <= high)).mean(), hits)


@pytest.mark.parametrize("shared", [0.5, 0.9])
@pytest.mark.parametrize(
    ("cluster", "first", "second"),
    [
        *(
            (cluster, *hits)
            for cluster in CLUSTERS
            for hits in ((1, 1), (2, 2), (5, 1), (5, 5), (50, 30), (50, 50), (500, 450))
        ),
        (FORTY_EACH, 1320, 1000),
    ],
)
def test_differences_hold_the_expected_difference(
    cluster: str, shared: float, first: int, second: int
) -> None:
    """Two recommenders that name the same customers for some of the products."""
    random = numpy.random.default_rng(first)
    touched = first / shared
    logs, parts, one_customer = drawn(random, cluster, touched)
    hits = [random.binomial(parts, count / touched) for count in (first, second)]
    excess = one_customer * (first - second) / touched
    gain, loss = (
        summed(logs, numpy.maximum(sign * (hits[0] - hits[1]), 0)) for sign in (1, -1)
    )
    low, high = difference_interval(
        gain[0] - loss[0],
        (*gain[:2], numpy.maximum(gain[2], numpy.maximum(1, excess))),
        (*loss[:2], numpy.maximum(loss[2], numpy.maximum(1, -excess))),
    )
    coverage = ((low <= first - second) & (first - second <= high)).mean()
    holds_as_often_as_it_says(coverage, first)


def test_differences_of_one_metric_are_corrected_for_their_number() -> None:
    key = {"population": "all", "k": 10, "metric": "precision"}
    mean = key | {"recommender": "als", "value": 0.5, "squares": 0.01, "weight": 0.01}
    sides = {f"{side}{end}": 0.1 for side in ("gain", "loss") for end in ("", "_weight")}
    sides |= {"gain_squares": 0.002, "loss_squares": 0.002, "value": 0.0}
    compared = [key | sides | {"compared_with": name} for name in ("popular", "random")]
    alone = key | sides | {"compared_with": "random", "metric": "recall"}
    table = metric_intervals(
        pyarrow.Table.from_pylist([mean]), pyarrow.Table.from_pylist([*compared, alone])
    )
    mean_row, *pair, single = table.to_pylist()
    assert mean_row["corrected_low"] is None
    side = (0.1, 0.002, 0.1)
    for row in pair:
        assert (row["value_low"], row["value_high"]) == pytest.approx(
            difference_interval(0.0, side, side, 0.95)
        )
        assert (row["corrected_low"], row["corrected_high"]) == pytest.approx(
            difference_interval(0.0, side, side, 0.975)
        )
    assert single["corrected_high"] == single["value_high"] == pair[0]["value_high"]


def test_a_log_without_products_on_both_sides_has_no_interval() -> None:
    empty = pyarrow.table({"value": pyarrow.array([], pyarrow.float64())})
    assert metric_intervals(empty, empty).equals(RESULT.empty_table())


def test_hits_per_place_have_intervals_over_customers() -> None:
    totals = pyarrow.table(
        {
            "decision": ["known products", "known products", "customers"],
            "origin": [1, 1, 1],
            "ranking": ["engagement", "hybrid", "engagement"],
            "place_count": [1000, 1000, 3],
            "hit_count": [0, 2, 3],
            "squared_hits": [0, 2, 3],
            "customer_hits": [5.0, 1.0, 1.0],
        }
    )
    found = hit_intervals(totals).to_pylist()
    # Without a hit, one more customer would have brought five.
    assert found[0]["hit_share_low"] == 0
    assert found[0]["hit_share_high"] == pytest.approx(5 * 3.6889 / 1000, abs=1e-6)
    assert found[1]["hit_share_low"] == pytest.approx(0.2422 / 1000, abs=1e-6)
    assert found[1]["hit_share_high"] == pytest.approx(7.2247 / 1000, abs=1e-6)
    assert found[2]["hit_share_high"] == 1
    assert hit_intervals(totals.slice(0, 0)).num_rows == 0
