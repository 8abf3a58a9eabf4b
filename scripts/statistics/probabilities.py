"""Probabilities of a response, fitted to places of lists whose outcome is known."""

from typing import Any

import numpy
import pyarrow
import pyarrow.compute

FEATURES = ("score", "no_score", "place", "customers")
OUTCOMES = ("touched", "purchased")
# Fewer hits say too little about five weights.
LEAST_HITS = 30

SCHEMA = pyarrow.schema(
    [("audience", pyarrow.string()), ("outcome", pyarrow.string())]
    + [("intercept", pyarrow.float64())]
    + [(f"{feature}_weight", pyarrow.float64()) for feature in FEATURES]
)


def probability_weights(examples: pyarrow.Table) -> pyarrow.Table:
    """Fit a logistic regression for each audience and outcome.

    Args:
        examples: a row per place, with `audience`, `is_split` (left out of the fit),
            `<feature>_feature` and `is_<outcome>`.

    Returns:
        A row per audience and outcome with at least LEAST_HITS hits: `intercept`, and
        `<feature>_weight` of each feature.
    """
    learnt = examples.filter(pyarrow.compute.invert(examples.column("is_split")))
    rows = []
    for audience in sorted(set(learnt.column("audience").to_pylist())):
        of_audience = learnt.filter(
            pyarrow.compute.equal(learnt.column("audience"), audience)
        )
        values = numpy.column_stack(
            [
                of_audience.column(f"{feature}_feature").to_numpy().astype(float)
                for feature in FEATURES
            ]
        )
        for outcome in OUTCOMES:
            outcomes = of_audience.column(f"is_{outcome}").to_numpy(zero_copy_only=False)
            if LEAST_HITS <= outcomes.sum() < len(outcomes):
                weights = fit_logistic(values, outcomes)
                rows.append((audience, outcome, *weights.tolist()))
    columns = zip(*rows, strict=True) if rows else [[] for _ in SCHEMA]
    return pyarrow.table(
        [
            pyarrow.array(list(column), field.type)
            for column, field in zip(columns, SCHEMA, strict=True)
        ],
        schema=SCHEMA,
    )


def fit_logistic(values: Any, outcomes: Any) -> Any:
    """The logistic regression with the highest likelihood.

    The features are scaled for the fit. A ridge of one observation keeps weights finite where
    a feature tells all outcomes apart.

    Args:
        values: a row per example, a column per feature.
        outcomes: a boolean per example; both values occur.

    Returns:
        The intercept, and a weight per feature.
    """
    from scipy import optimize, special

    mean, spread = values.mean(axis=0), values.std(axis=0)
    spread[spread == 0] = 1
    scaled = (values - mean) / spread
    signs = numpy.where(outcomes, 1.0, -1.0)

    def loss(parameters: Any) -> tuple[float, Any]:
        margins = signs * (scaled @ parameters[1:] + parameters[0])
        slopes = -signs * special.expit(-margins)
        gradient = numpy.concatenate(([slopes.sum()], scaled.T @ slopes + parameters[1:]))
        penalty = 0.5 * (parameters[1:] ** 2).sum()
        return penalty - special.log_expit(margins).sum(), gradient

    share = outcomes.mean()
    start = numpy.zeros(1 + values.shape[1])
    start[0] = numpy.log(share / (1 - share))
    found = optimize.minimize(
        loss, start, jac=True, method="L-BFGS-B", options={"ftol": 1e-14, "gtol": 1e-8}
    )
    weights = found.x[1:] / spread
    return numpy.concatenate(([found.x[0] - (weights * mean).sum()], weights))
