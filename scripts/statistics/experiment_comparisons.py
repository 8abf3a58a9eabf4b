"""All comparisons of the arms of experiments, in every metric, with corrected p-values."""

import math
from typing import Any

import pyarrow

# Of each comparison: the arm in question and its base.
COMPARISONS = {
    "targeting": ("treatment", "control"),
    "contact of treatment": ("treatment", "treatment_holdout"),
    "contact of control": ("control", "control_holdout"),
}
# How much more contacting adds for customers the system picks than for random ones.
DIFFERENCE = "incremental targeting"
RESULT = pyarrow.schema(
    [
        ("experiment_id", pyarrow.string()),
        ("comparison", pyarrow.string()),
        ("metric", pyarrow.string()),
        ("unit_count", pyarrow.int64()),
        ("base_unit_count", pyarrow.int64()),
        *(
            (name, pyarrow.float64())
            for name in (
                "mean",
                "base_mean",
                "difference",
                "difference_low",
                "difference_high",
                "lift",
                "lift_low",
                "lift_high",
                "p_value",
                "p_value_corrected",
                "adjusted_difference",
                "adjusted_difference_low",
                "adjusted_difference_high",
                "adjusted_p_value",
                "power",
                "power_at_most",
                "needed_units",
            )
        ),
    ]
)


def analyse(
    experiments: list[dict[str, Any]], aggregates: list[dict[str, Any]]
) -> list[dict[str, Any]]:
    """Compare the arms of experiments.

    Args:
        experiments: `experiment_id`, `metrics` (names between |, the first decides),
            `minimum_effect` (relative), `significance`, `power` (planned).
        aggregates: per experiment, arm and metric: `unit_count`, `active_count` (units
            whose value is not 0), `mean`, `variance`, and of units with a covariate their
            `covariate_count`, `covariate_mean`, `covariate_variance`, `covariance`.

    Returns:
        A row of RESULT per experiment, comparison and metric; what cannot be measured is
        null. Shares: score test (Pearson 1900), interval by Newcombe (1998, method 10),
        that of the lift by Katz (1978). Means: Welch's t-test, where an arm counts with the
        variance of both arms together if its own is smaller. Intervals: 1 - significance.
        p-values corrected: the first metric decides by itself, the others count only if it
        does, and then by Holm (1979). Adjusted: with the covariate (CUPED, Deng et al.
        2013), which must not be used for targeting, where the arms differ in it on purpose.
        Power is that of the present number of units for the minimum effect, at the mean of
        the base and at the upper end of its interval; then the units that the planned
        power needs.
    """
    if not aggregates:
        return []
    # Not before there is something to compare: importing SciPy takes seconds.
    from scripts.statistics.arm_differences import compare, difference_of_differences

    rows: list[dict[str, Any]] = []
    for experiment in experiments:
        metrics = experiment["metrics"].split("|")
        found = {
            (row["arm"], row["metric"]): row
            for row in aggregates
            if row["experiment_id"] == experiment["experiment_id"]
        }
        for comparison, (arm, base) in COMPARISONS.items():
            measured = [
                compare(found[arm, metric], found[base, metric], experiment, comparison)
                for metric in metrics
                if {(arm, metric), (base, metric)} <= found.keys()
            ]
            rows += _of(experiment, comparison, measured)
        arms = [arm for pair in list(COMPARISONS.values())[1:] for arm in pair]
        measured = [
            difference_of_differences([found[arm, metric] for arm in arms], experiment)
            for metric in metrics
            if all((arm, metric) in found for arm in arms)
        ]
        rows += _of(experiment, DIFFERENCE, measured)
    return [{field: _measurable(row.get(field)) for field in RESULT.names} for row in rows]


def correct(rows: list[dict[str, Any]]) -> None:
    """Correct the p-values of one comparison; the first row is that of the first metric."""
    first, *others = rows
    first["p_value_corrected"] = first.get("p_value")
    tested = {row["metric"]: row for row in others if row.get("p_value") is not None}
    if tested and first["p_value_corrected"] is not None:
        import tea_tasting

        results = tea_tasting.experiment.ExperimentResult(
            {
                metric: {"control": 0, "treatment": 0, "pvalue": row["p_value"]}
                for metric, row in tested.items()
            }
        )
        for found in tea_tasting.adjust_fwer(
            results, arbitrary_dependence=True, method="bonferroni"
        ).to_dicts():
            tested[str(found["metric"])]["p_value_corrected"] = max(
                found["pvalue_adj"], first["p_value_corrected"]
            )


def _of(
    experiment: dict[str, Any], comparison: str, rows: list[dict[str, Any]]
) -> list[dict[str, Any]]:
    # Without the first metric nothing is decided.
    if rows and rows[0]["metric"] == experiment["metrics"].split("|")[0]:
        correct(rows)
    name = experiment["experiment_id"]
    return [{"experiment_id": name, "comparison": comparison, **row} for row in rows]


def _measurable(value: Any) -> Any:
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value
