"""What the arms of each experiment say of each other: tests, intervals, power.

SQL has counted, averaged and squared; tea-tasting does the statistics from there. The shape
of the answer is in RESULT.
"""

import math
from typing import Any

import pyarrow

# Of each comparison: the arm that is looked at and the arm that it is held against.
COMPARISONS = {
    "targeting": ("treatment", "control"),
    "contact of treatment": ("treatment", "treatment_holdout"),
    "contact of control": ("control", "control_holdout"),
}
# How much more contacting adds where the system picks than where chance does.
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
                "sample_ratio_p_value",
            )
        ),
    ]
)


def analyse(
    experiments: list[dict[str, Any]],
    arms: list[dict[str, Any]],
    aggregates: list[dict[str, Any]],
) -> list[dict[str, Any]]:
    """Compare the arms of experiments.

    Args:
        experiments: `experiment_id`, `metrics` (names between |, the first decides),
            `minimum_effect` (relative), `significance`.
        arms: `experiment_id`, `arm`, `share` (expected).
        aggregates: per experiment, arm and metric: `unit_count`, `mean`, `variance`,
            `covariate_mean`, `covariate_variance`, `covariance` (samples; null where there
            is no covariate).

    Returns:
        A row of RESULT per experiment, comparison and metric. Welch's t-test, two-sided;
        interval at 1 - significance; p-values corrected for the metrics of a comparison
        (Holm 1979); adjusted: with the covariate (CUPED, Deng et al. 2013), which must not
        be used for targeting, where the arms differ in it on purpose. Power is that for the
        experiment's minimum effect at the numbers that there are. Not measurable is null.
    """
    rows: list[dict[str, Any]] = []
    for experiment in experiments:
        name = experiment["experiment_id"]
        found = {
            (row["arm"], row["metric"]): row
            for row in aggregates
            if row["experiment_id"] == name
        }
        shares = {row["arm"]: row["share"] for row in arms if row["experiment_id"] == name}
        ratio_p_value = sample_ratio(found, shares)
        for comparison, (arm, base) in COMPARISONS.items():
            measured = [
                compare(found[arm, metric], found[base, metric], experiment, comparison)
                for metric in experiment["metrics"].split("|")
                if (arm, metric) in found and (base, metric) in found
            ]
            rows += [
                {"experiment_id": name, "comparison": comparison, **row}
                for row in corrected(measured)
            ]
        rows += [
            {"experiment_id": name, "comparison": DIFFERENCE, **row}
            for row in corrected(
                [
                    difference_of_differences(found, metric, experiment)
                    for metric in experiment["metrics"].split("|")
                    if all(
                        (arm, metric) in found
                        for pair in list(COMPARISONS.values())[1:]
                        for arm in pair
                    )
                ]
            )
        ]
        for row in rows:
            if row["experiment_id"] == name:
                row["sample_ratio_p_value"] = ratio_p_value
    return [{field: _measurable(row.get(field)) for field in RESULT.names} for row in rows]


def compare(
    row: dict[str, Any], base: dict[str, Any], experiment: dict[str, Any], comparison: str
) -> dict[str, Any]:
    """Welch's t-test of an arm against its base, and the same with the covariate."""
    import tea_tasting

    result = {
        "metric": row["metric"],
        "unit_count": row["unit_count"],
        "base_unit_count": base["unit_count"],
        "mean": row["mean"],
        "base_mean": base["mean"],
        "difference": row["mean"] - base["mean"],
    }
    counts = row["unit_count"], base["unit_count"]
    if min(counts) < 2 or not row["variance"] + base["variance"]:
        return result
    options = {"confidence_level": 1 - experiment["significance"], "use_t": True}
    plain = tea_tasting.Mean("value", **options).analyze_aggregates(
        _aggregates(base), _aggregates(row)
    )
    result |= {
        "difference_low": plain.effect_size_ci_lower,
        "difference_high": plain.effect_size_ci_upper,
        "lift": plain.rel_effect_size,
        "lift_low": plain.rel_effect_size_ci_lower,
        "lift_high": plain.rel_effect_size_ci_upper,
        "p_value": plain.pvalue,
    }
    if base["mean"] > 0 and base["variance"]:
        (power,) = tea_tasting.Mean(
            "value",
            alpha=experiment["significance"],
            ratio=counts[0] / counts[1],
            rel_effect_size=experiment["minimum_effect"],
            n_obs=sum(counts),
            use_t=False,
        ).solve_power_from_aggregates(_aggregates(base), "power")
        result["power"] = power.power
    if comparison != "targeting" and (row["covariate_variance"] or 0) > 0:
        adjusted = tea_tasting.Mean("value", "covariate", **options).analyze_aggregates(
            _aggregates(base), _aggregates(row)
        )
        result |= {
            "adjusted_difference": adjusted.effect_size,
            "adjusted_difference_low": adjusted.effect_size_ci_lower,
            "adjusted_difference_high": adjusted.effect_size_ci_upper,
            "adjusted_p_value": adjusted.pvalue,
        }
    return result


def difference_of_differences(
    found: dict[tuple[str, str], dict[str, Any]], metric: str, experiment: dict[str, Any]
) -> dict[str, Any]:
    """The effect of contacting whom the system picks less that of contacting by chance.

    Four independent means; a z-test.
    """
    from scipy import stats

    (_, treated), (_, control) = list(COMPARISONS.items())[1:]
    signs = dict(zip((*treated, *control), (1, -1, -1, 1), strict=True))
    rows = {arm: found[arm, metric] for arm in signs}
    difference = sum(sign * rows[arm]["mean"] for arm, sign in signs.items())
    result = {
        "metric": metric,
        "unit_count": sum(rows[arm]["unit_count"] for arm in treated),
        "base_unit_count": sum(rows[arm]["unit_count"] for arm in control),
        "mean": rows[treated[0]]["mean"] - rows[treated[1]]["mean"],
        "base_mean": rows[control[0]]["mean"] - rows[control[1]]["mean"],
        "difference": difference,
    }
    if min(row["unit_count"] for row in rows.values()) < 2:
        return result
    error = math.sqrt(sum(row["variance"] / row["unit_count"] for row in rows.values()))
    if error:
        reach = stats.norm.isf(experiment["significance"] / 2) * error
        result |= {
            "difference_low": difference - reach,
            "difference_high": difference + reach,
            "p_value": 2 * float(stats.norm.sf(abs(difference) / error)),
        }
    return result


def corrected(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Rows of one comparison with p-values corrected for their number (Holm 1979)."""
    import tea_tasting

    tested = {row["metric"]: row for row in rows if row.get("p_value") is not None}
    if tested:
        results = tea_tasting.experiment.ExperimentResult(
            {
                metric: {"control": 0, "treatment": 0, "pvalue": row["p_value"]}
                for metric, row in tested.items()
            }
        )
        for found in tea_tasting.adjust_fwer(
            results, arbitrary_dependence=True, method="bonferroni"
        ).to_dicts():
            tested[str(found["metric"])]["p_value_corrected"] = found["pvalue_adj"]
    return rows


def sample_ratio(
    found: dict[tuple[str, str], dict[str, Any]], shares: dict[str, float]
) -> float | None:
    """P-value of a chi-square test that the arms have the units that they should."""
    from scipy import stats

    counts: dict[str, int] = {}
    for (arm, _), row in found.items():
        counts[arm] = max(counts.get(arm, 0), row["unit_count"])
    expected = {arm: share for arm, share in shares.items() if share > 0}
    if not counts or len(expected) < 2:
        return None
    # Units in an arm that there should not be are a mismatch as well.
    if set(counts) - set(expected):
        return 0.0
    total, share_sum = sum(counts.values()), sum(expected.values())
    return float(
        stats.chisquare(
            [counts.get(arm, 0) for arm in expected],
            [total * share / share_sum for share in expected.values()],
        ).pvalue
    )


def _aggregates(row: dict[str, Any]) -> Any:
    import tea_tasting

    covariate = row["covariate_mean"] is not None
    return tea_tasting.aggr.Aggregates(
        count_=row["unit_count"],
        mean_={"value": row["mean"]}
        | ({"covariate": row["covariate_mean"]} if covariate else {}),
        var_={"value": row["variance"]}
        | ({"covariate": row["covariate_variance"]} if covariate else {}),
        cov_={("value", "covariate"): row["covariance"]} if covariate else {},
    )


def _measurable(value: Any) -> Any:
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value


def model(dbt: Any, session: Any) -> pyarrow.Table:  # noqa: ARG001 - as dbt calls it
    """The table of this model: one row per experiment, comparison and metric."""
    dbt.config(materialized="table")
    experiments, arms, aggregates = (
        relation.to_arrow_table().to_pylist()
        for relation in (
            dbt.ref("stg_experiments").filter("is_active"),
            dbt.ref("stg_experiment_arms"),
            dbt.ref("int_experiment_aggregates"),
        )
    )
    return pyarrow.Table.from_pylist(analyse(experiments, arms, aggregates), RESULT)
