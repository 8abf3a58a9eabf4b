"""Fit the weights of the score by logistic regression: which customers came back?

The fit is at an earlier cutoff. The warehouse tries the weights on a later part of the log
(mart `score_trials`). To use them, add them to seeds/feature_weights.csv as a weight set of
its own and set the variable `score_weights` to its name.
"""

import pyarrow

from scripts.build_folder import BuildFolder
from scripts.evidence.als_ranking import not_installed, open_warehouse, store


def fit(folder: BuildFolder) -> dict[str, float]:
    """Fit weights on a folder's warehouse and store them in a file.

    Negative coefficients count as 0, because a score adds up what speaks for a customer;
    then all are divided by their sum.

    Returns:
        Weight by feature; empty if there is nothing to learn: no customer came back, all
        did, or no coefficient is positive.

    Raises:
        EvidenceError: there is no warehouse, or no library.
    """
    try:
        import numpy
        from sklearn.linear_model import LogisticRegression
    except ImportError as error:
        raise not_installed(error) from error
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
        model = LogisticRegression(C=1e6, max_iter=1000).fit(values, came_back)
        positive = {
            feature: max(0.0, float(coefficient))
            for feature, coefficient in zip(features, model.coef_[0], strict=True)
        }
        total = sum(positive.values())
        if total > 0:
            weights = {feature: value / total for feature, value in positive.items()}
    store(
        folder,
        "fitted_weights",
        fingerprint,
        pyarrow.table(
            {
                "feature": pyarrow.array(list(weights), pyarrow.string()),
                "weight": pyarrow.array(list(weights.values()), pyarrow.float64()),
            }
        ),
    )
    return weights
