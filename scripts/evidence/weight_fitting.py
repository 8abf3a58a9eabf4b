"""Fit the weights of the score by logistic regression: which customers came back?

The fit is at an earlier cutoff. The warehouse tries the weights on a later part of the log
(mart `score_trials`). To use them, add them to seeds/feature_weights.csv as a weight set of
its own and set the variable `score_weights` to its name.
"""

from dataclasses import dataclass
from typing import Any

import pyarrow

from scripts.build_folder import BuildFolder
from scripts.evidence.evidence_files import (
    EvidenceError,
    open_warehouse,
    store,
    with_fingerprint,
)

# No step of the fit may promise more than this, in log-likelihood per customer.
TOLERANCE = 1e-8


@dataclass(frozen=True)
class FittedModel:
    """The logistic regression with the highest likelihood.

    Attributes:
        coefficients: of the features; none is negative.
        log_likelihood: of the outcomes.
    """

    coefficients: Any
    log_likelihood: float


def fit_nonnegative(values: Any, outcomes: Any, most_iterations: int = 1000) -> FittedModel:
    """Fit a logistic regression whose coefficients are not negative, with an intercept.

    The features are scaled to a standard deviation of 1 for the fit, by L-BFGS-B (Byrd, Lu,
    Nocedal and Zhu 1995, doi:10.1137/0916069), whose bounds are those of the coefficients.

    Args:
        values: a row per customer, a column per feature.
        outcomes: a boolean per customer; both values occur.

    Raises:
        EvidenceError: the fit did not converge.
    """
    import numpy
    from scipy import optimize, special

    spread = values.std(axis=0)
    varies = spread > 0
    scaled = (values[:, varies] - values[:, varies].mean(axis=0)) / spread[varies]
    signs = numpy.where(outcomes, 1.0, -1.0)

    def loss(parameters: Any) -> tuple[float, Any]:
        margins = signs * (scaled @ parameters[1:] + parameters[0])
        slopes = -signs * special.expit(-margins)
        gradient = numpy.concatenate(([slopes.sum()], scaled.T @ slopes))
        return -special.log_expit(margins).sum() / len(signs), gradient / len(signs)

    share = outcomes.mean()
    start = numpy.zeros(1 + scaled.shape[1])
    start[0] = numpy.log(share / (1 - share))
    found = optimize.minimize(
        loss,
        start,
        jac=True,
        method="L-BFGS-B",
        bounds=[(None, None)] + [(0, None)] * scaled.shape[1],
        options={"maxiter": most_iterations, "ftol": 0, "gtol": TOLERANCE},
    )
    # At the optimum the slope is 0, or pushes a coefficient of 0 below it.
    slope = loss(found.x)[1]
    slope[1:] = numpy.where(found.x[1:] > 0, slope[1:], numpy.minimum(slope[1:], 0))
    steepest = float(numpy.abs(slope).max())
    if steepest > 100 * TOLERANCE:
        raise EvidenceError(
            f"The fit of the weights did not converge: after {found.nit} iterations the"
            f" log-likelihood per customer still changes by {steepest:.2g} per standard"
            f" deviation of a feature, expected at most {100 * TOLERANCE:.0g}. A feature"
            " that tells all returning customers from the others has no finite weight;"
            " look at the features, or at split_quantile"
        )
    coefficients = numpy.zeros(values.shape[1])
    coefficients[varies] = found.x[1:] / spread[varies]
    return FittedModel(coefficients, -float(found.fun) * len(signs))


def fit(folder: BuildFolder) -> dict[str, float]:
    """Fit weights on a folder's warehouse and store them in a file.

    No coefficient may be negative, because a score adds up what speaks for a customer; they
    are divided by their sum.

    Returns:
        Weight by feature; empty if there is nothing to learn: no customer came back, all
        did, or no coefficient is positive.

    Raises:
        EvidenceError: there is no warehouse, or the fit did not converge.
    """
    import numpy

    with open_warehouse(folder) as connection:
        customers = connection.execute(
            "from intermediate.int_weight_fitting order by customer_id"
        ).to_arrow_table()
        (fingerprint,) = connection.execute(
            "select log_fingerprint from intermediate.int_training_log"
        ).fetchone() or ("",)
    features = customers.column_names[1:-1]
    came_back = customers.column("is_late").to_numpy()
    weights: dict[str, float] = {}
    if 0 < came_back.sum() < len(came_back):
        values = numpy.column_stack(
            [customers.column(feature).to_numpy() for feature in features]
        )
        coefficients = fit_nonnegative(values, came_back).coefficients
        total = coefficients.sum()
        if total > 0:
            weights = dict(zip(features, (coefficients / total).tolist(), strict=True))
    store(
        folder,
        "fitted_weights",
        with_fingerprint(
            pyarrow.table(
                {
                    "feature": pyarrow.array(list(weights), pyarrow.string()),
                    "weight": pyarrow.array(list(weights.values()), pyarrow.float64()),
                }
            ),
            fingerprint,
        ),
    )
    return weights
