"""Probabilities of a response, fitted to places of lists whose outcome is known."""

from typing import Any

import numpy
import pyarrow
import pyarrow.compute

from scripts.reported_error import ReportedError

FEATURES = ("score", "no_score", "place", "customers")
OUTCOMES = ("touched", "purchased")
ORDER = ["audience", *(f"{feature}_feature" for feature in FEATURES), "place_count"]
ORDER += [f"{outcome}_count" for outcome in OUTCOMES]
# Fewer hits say too little about five weights.
LEAST_HITS = 30

# At the optimum the slope is 0: it may be this much per hit or miss, whichever are fewer.
TOLERANCE = 1e-4

SCHEMA = pyarrow.schema(
    [("audience", pyarrow.string()), ("outcome", pyarrow.string())]
    + [("intercept", pyarrow.float64())]
    + [(f"{feature}_weight", pyarrow.float64()) for feature in FEATURES]
)


class ProbabilityError(ReportedError):
    """Probabilities that cannot be fitted; the message says why and what to do."""


def probability_weights(examples: pyarrow.Table) -> pyarrow.Table:
    """Fit a logistic regression for each audience and outcome.

    Args:
        examples: rows with `audience`, `is_split` (left out of the fit),
            `<feature>_feature`, `place_count` and `<outcome>_count`.

    Returns:
        A row per audience and outcome with at least LEAST_HITS hits: `intercept`, and
        `<feature>_weight` of each feature.

    Raises:
        ProbabilityError: a fit did not converge.
    """
    learnt = examples.filter(pyarrow.compute.invert(examples.column("is_split")))
    # Engines return rows in any order, and sums of floats depend on it.
    learnt = learnt.sort_by([(name, "ascending") for name in ORDER])
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
            hits = of_audience.column(f"{outcome}_count").to_numpy().astype(float)
            places = of_audience.column("place_count").to_numpy().astype(float)
            if LEAST_HITS <= hits.sum() < places.sum():
                weights = fit_logistic(values, hits, places)
                rows.append((audience, outcome, *weights.round(9).tolist()))
    columns = zip(*rows, strict=True) if rows else [[] for _ in SCHEMA]
    return pyarrow.table(
        [
            pyarrow.array(list(column), field.type)
            for column, field in zip(columns, SCHEMA, strict=True)
        ],
        schema=SCHEMA,
    )


def fit_logistic(values: Any, hits: Any, places: Any, most_iterations: int = 15_000) -> Any:
    """The logistic regression with the highest likelihood.

    The features are scaled for the fit. A ridge of one observation keeps weights finite
    where a feature tells all outcomes apart.

    Args:
        values: a row per example, a column per feature.
        hits: how many places of each example were hits.
        places: how many places it stands for.
        most_iterations: of the fit.

    Returns:
        The intercept, and a weight per feature.

    Raises:
        ProbabilityError: the fit did not converge.
    """
    from scipy import optimize, special

    total = places.sum()
    mean = places @ values / total
    spread = numpy.sqrt(places @ (values - mean) ** 2 / total)
    spread[spread == 0] = 1
    scaled = (values - mean) / spread

    def loss(parameters: Any) -> tuple[float, Any]:
        logits = scaled @ parameters[1:] + parameters[0]
        likelihood = hits @ special.log_expit(logits)
        likelihood += (places - hits) @ special.log_expit(-logits)
        slopes = places * special.expit(logits) - hits
        gradient = numpy.concatenate(([slopes.sum()], scaled.T @ slopes + parameters[1:]))
        return 0.5 * (parameters[1:] ** 2).sum() - likelihood, gradient

    share = hits.sum() / total
    start = numpy.zeros(1 + values.shape[1])
    start[0] = numpy.log(share / (1 - share))
    found = optimize.minimize(
        loss,
        start,
        jac=True,
        method="L-BFGS-B",
        options={"maxiter": most_iterations, "ftol": 1e-14, "gtol": 1e-8},
    )
    # Not `found.success`: it is False too where rounding leaves nothing to gain.
    steepest = float(numpy.abs(loss(found.x)[1]).max())
    if not steepest <= TOLERANCE * min(hits.sum(), total - hits.sum()):
        raise ProbabilityError(
            f"The fit of the probabilities did not converge: after {found.nit} iterations"
            f" the slope of the log-likelihood is still {steepest:.2g} per standard"
            f" deviation of a feature, expected at most {TOLERANCE:.0e} per hit. Look at"
            " the scores in int_probability_examples"
        )
    weights = found.x[1:] / spread
    return numpy.concatenate(([found.x[0] - (weights * mean).sum()], weights))
