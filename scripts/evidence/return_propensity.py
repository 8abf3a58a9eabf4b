"""Fit the return propensity: who comes back after the first cutoff of the evidence.

The warehouse applies the weights at the later cutoffs, where they may be chosen, and now.
"""

import warnings
from typing import Any

import pyarrow

from scripts.build_folder import BuildFolder
from scripts.evidence.evidence_files import (
    EvidenceError,
    not_installed,
    open_warehouse,
    store,
    with_fingerprint,
)

# The ranking, and the file of its weights.
NAME = "return_propensity"
# Fewer customers who come back say too little about six weights.
LEAST_RETURNS = 30


def fit(folder: BuildFolder) -> dict[str, float]:
    """Fit the weights on a folder's warehouse and store them in a file.

    Returns:
        Weight by feature, and `intercept`; empty if too few customers came back.

    Raises:
        EvidenceError: there is no warehouse or no library, or the fit did not converge.
    """
    with open_warehouse(folder) as connection:
        customers = connection.execute(
            "from intermediate.int_propensity_examples order by customer_id"
        ).to_arrow_table()
        (fingerprint,) = connection.execute(
            "select log_fingerprint from intermediate.int_training_log"
        ).fetchone() or ("",)
    weights = propensity_weights(customers)
    store(
        folder,
        NAME,
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


def propensity_weights(
    customers: pyarrow.Table, most_iterations: int = 1000
) -> dict[str, float]:
    """A logistic regression of coming back on the features of customers.

    Args:
        customers: `customer_id`, a column per feature, and `is_late`.
        most_iterations: of the fit.

    Returns:
        Weight by feature, and `intercept`; empty with fewer than LEAST_RETURNS customers
        who come back, or who do not.

    Raises:
        EvidenceError: the library is not installed, or the fit did not converge.
    """
    try:
        import numpy
        from sklearn.exceptions import ConvergenceWarning
        from sklearn.linear_model import LogisticRegression
        from sklearn.preprocessing import StandardScaler
    except ImportError as error:
        raise not_installed(error) from error

    features = customers.column_names[1:-1]
    came_back: Any = customers.column("is_late").to_numpy()
    returns = int(came_back.sum())
    if min(returns, len(came_back) - returns) < LEAST_RETURNS:
        return {}
    values = numpy.column_stack([customers.column(name).to_numpy() for name in features])
    scaler = StandardScaler().fit(values)
    model = LogisticRegression(max_iter=most_iterations)
    # The library only warns of a fit that has not converged.
    with warnings.catch_warnings():
        warnings.simplefilter("error", ConvergenceWarning)
        try:
            model.fit(scaler.transform(values), came_back)
        except ConvergenceWarning as warning:
            raise EvidenceError(
                "The fit of the return propensity did not converge, expected within"
                f" {most_iterations} iterations: {str(warning).splitlines()[0]} Look at the"
                " features in int_propensity_examples, or at split_quantile"
            ) from warning
    slopes = model.coef_[0] / scaler.scale_
    intercept = float(model.intercept_[0] - (slopes * scaler.mean_).sum())
    return {"intercept": intercept} | dict(zip(features, slopes.tolist(), strict=True))
