"""The fit of weights on data whose best coefficients are known."""

import numpy
import pytest
from scipy import special

from scripts.evidence.evidence_files import EvidenceError
from scripts.evidence.weight_fitting import fit_nonnegative


def test_one_feature_has_the_odds_ratio_as_its_coefficient() -> None:
    """10 of 100 return without the feature, 30 of 100 with it."""
    values = numpy.repeat([0.0, 1.0], 100)[:, None]
    outcomes = numpy.tile(numpy.arange(100), 2) < numpy.repeat([10, 30], 100)
    model = fit_nonnegative(values, outcomes)
    assert model.coefficients == pytest.approx([numpy.log(30 / 70 / (10 / 90))], rel=1e-6)
    expected = 10 * numpy.log(0.1) + 90 * numpy.log(0.9)
    expected += 30 * numpy.log(0.3) + 70 * numpy.log(0.7)
    assert model.log_likelihood == pytest.approx(expected, rel=1e-9)


def outlying(count: int = 50_000) -> tuple[numpy.ndarray, numpy.ndarray]:
    """Features normalized by one outlier each, as of the log, and rare outcomes.

    The second speaks against returning; without it, the third has no say of its own.
    """
    random = numpy.random.default_rng(7)
    first = random.geometric(0.7, count) / 2000
    first[0] = 1
    second = random.random(count)
    third = (second + random.random(count)) / 2
    logit = -5 + 1500 * first - 2 * second
    return (
        numpy.column_stack([first, second, third]),
        random.random(count) < special.expit(logit),
    )


def test_features_that_an_outlier_has_compressed_are_fitted_to_the_end() -> None:
    values, outcomes = outlying()
    model = fit_nonnegative(values, outcomes)
    assert model.coefficients[0] == pytest.approx(1500, rel=0.05)
    wider = fit_nonnegative(values * [1000, 1, 0.01], outcomes)
    assert wider.log_likelihood == pytest.approx(model.log_likelihood, rel=1e-9)
    assert wider.coefficients * [1000, 1, 0.01] == pytest.approx(
        model.coefficients, rel=1e-4
    )


def test_no_weight_is_negative_and_the_others_make_the_best_of_it() -> None:
    """Clipping the unbounded fit would leave a positive weight for the third feature."""
    values, outcomes = outlying()
    coefficients = fit_nonnegative(values, outcomes).coefficients
    assert coefficients.tolist()[1:] == [0, 0]
    alone = fit_nonnegative(values[:, :1], outcomes).coefficients
    assert coefficients[0] == pytest.approx(alone[0], rel=1e-4)


def test_a_feature_without_spread_has_no_weight() -> None:
    values, outcomes = outlying(5000)
    values[:, 2] = 0.5
    assert fit_nonnegative(values, outcomes).coefficients[2] == 0


def test_a_fit_that_has_not_converged_is_refused() -> None:
    values, outcomes = outlying(5000)
    with pytest.raises(
        EvidenceError, match=r"did not converge: after 1 iterations .*still"
    ):
        fit_nonnegative(values, outcomes, most_iterations=1)
