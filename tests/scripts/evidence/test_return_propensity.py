"""The fit of the return propensity on customers whose best weights are known."""

import numpy
import pyarrow
import pytest

from scripts.evidence.evidence_files import EvidenceError
from scripts.evidence.return_propensity import LEAST_RETURNS, propensity_weights


def customers(returns: int, of: int = 1000) -> pyarrow.Table:
    """So many of the first half come back, and twice as many of the second."""
    number = numpy.arange(2 * of)
    second = number >= of
    came_back = number % of < numpy.where(second, 2 * returns, returns)
    return pyarrow.table(
        {
            "customer_id": number,
            "half": second.astype(float),
            "other": (number % 2).astype(float),
            "is_late": came_back,
        }
    )


def test_the_weight_of_a_feature_is_its_odds_ratio() -> None:
    weights = propensity_weights(customers(100))
    # The ridge of the library takes a little off.
    assert weights["half"] == pytest.approx(numpy.log(200 / 800 / (100 / 900)), rel=0.02)
    assert weights["other"] == pytest.approx(0, abs=0.02)
    assert weights["intercept"] == pytest.approx(numpy.log(100 / 900), rel=0.02)


def test_few_returns_teach_nothing() -> None:
    assert propensity_weights(customers((LEAST_RETURNS - 1) // 3)) == {}


def test_a_fit_that_does_not_converge_is_refused() -> None:
    with pytest.raises(EvidenceError, match="converge, expected within 1 iterations"):
        propensity_weights(customers(100), most_iterations=1)
