"""Probabilities of a response: the fit finds what made the outcomes."""

from typing import Any

import numpy
import pyarrow
import pytest

from scripts.statistics.probabilities import (
    FEATURES,
    LEAST_HITS,
    ProbabilityError,
    fit_logistic,
    probability_weights,
)


def examples(
    shares: dict[tuple[str, bool, float], tuple[int, int, int]],
) -> pyarrow.Table:
    """Rows by audience, side of the split and place: places, touched, purchased."""
    rows = [
        {
            "audience": audience,
            "is_split": is_split,
            "score_feature": 0.0,
            "no_score_feature": 1,
            "place_feature": place,
            "customers_feature": 2.0,
            "place_count": places,
            "touched_count": touched,
            "purchased_count": purchased,
        }
        for (audience, is_split, place), (places, touched, purchased) in shares.items()
    ]
    return pyarrow.Table.from_pylist(rows)


def probability(row: dict[str, Any], place: float) -> float:
    """What the warehouse makes of a row of weights, for a place of `examples`."""
    features = {"score": 0, "no_score": 1, "place": place, "customers": 2}
    logit = row["intercept"] + sum(
        row[f"{name}_weight"] * features[name] for name in FEATURES
    )
    return float(1 / (1 + numpy.exp(-logit)))


def test_the_weights_that_made_the_outcomes_are_found() -> None:
    values = numpy.array(
        [[score, place] for score in range(5) for place in range(4)], float
    )
    places = numpy.full(len(values), 1e6)
    made = 1 / (1 + numpy.exp(-(values @ [0.7, -0.4] - 3)))
    found = fit_logistic(values, made * places, places)
    assert found == pytest.approx([-3, 0.7, -0.4], abs=0.001)
    # Rows may come in any order and divided in any way.
    halves = numpy.concatenate((values[::-1], values))
    again = fit_logistic(
        halves, numpy.concatenate((made[::-1], made)) * 5e5, numpy.full(40, 5e5)
    )
    assert again == pytest.approx(found, abs=1e-6)


def test_probabilities_of_two_groups_are_their_shares() -> None:
    rows = probability_weights(
        examples(
            {
                ("known products", False, 0.0): (10_000, 500, 100),
                ("known products", False, 1.0): (10_000, 200, 50),
            }
        )
    ).to_pylist()
    assert [(row["audience"], row["outcome"]) for row in rows] == [
        ("known products", "touched"),
        ("known products", "purchased"),
    ]
    touched, purchased = rows
    assert probability(touched, 0) == pytest.approx(0.05, rel=0.01)
    assert probability(touched, 1) == pytest.approx(0.02, rel=0.01)
    assert probability(purchased, 0) == pytest.approx(0.01, rel=0.02)


def test_the_split_teaches_nothing() -> None:
    shares = {
        ("known products", False, 0.0): (1_000, 100, 40),
        ("known products", False, 1.0): (1_000, 50, 40),
    }
    without = probability_weights(examples(shares))
    late = {("known products", True, 0.0): (1_000, 900, 900)}
    assert probability_weights(examples(shares | late)) == without
    assert probability_weights(examples(late)).num_rows == 0


@pytest.mark.parametrize(
    ("hits", "fitted"), [(LEAST_HITS - 1, False), (LEAST_HITS, True), (1_000, False)]
)
def test_weights_need_hits_and_misses(hits: int, fitted: bool) -> None:
    rows = probability_weights(
        examples({("new products", False, 0.0): (1_000, hits, 0)})
    ).to_pylist()
    assert [row["outcome"] for row in rows] == (["touched"] if fitted else [])
    if fitted:
        # Features without a spread get no weight.
        assert [rows[0][f"{name}_weight"] for name in FEATURES] == [0, 0, 0, 0]
        assert probability(rows[0], 0) == pytest.approx(hits / 1_000)


def test_outcomes_that_a_feature_tells_apart_have_finite_weights() -> None:
    values = numpy.array([[0.0], [1.0]])
    places = numpy.array([1_000.0, 1_000.0])
    found = fit_logistic(values, numpy.array([0.0, 1_000.0]), places)
    assert numpy.isfinite(found).all()
    assert 5 < found[1] < 50


def test_a_fit_that_does_not_converge_is_refused() -> None:
    values = numpy.array(
        [[score, place] for score in range(5) for place in range(4)], float
    )
    places = numpy.full(len(values), 1e6)
    hits = places / (1 + numpy.exp(3 - values @ [0.7, -0.4]))
    with pytest.raises(ProbabilityError, match="did not converge: after 1 iterations"):
        fit_logistic(values, hits, places, most_iterations=1)
    # Scores far apart, and few hits among many places, are no obstacle.
    few = hits * (40 / hits.sum())
    assert fit_logistic(values * [1e6, 1e-6], few, places) == pytest.approx(
        fit_logistic(values, few, places) / [1, 1e6, 1e-6], rel=1e-3
    )


def test_the_examples_of_no_list_have_no_weights() -> None:
    empty = examples({("known products", False, 0.0): (1, 0, 0)}).slice(0, 0)
    table = probability_weights(empty)
    assert table.num_rows == 0
    assert table.column_names == [
        "audience",
        "outcome",
        "intercept",
        *(f"{name}_weight" for name in FEATURES),
    ]
