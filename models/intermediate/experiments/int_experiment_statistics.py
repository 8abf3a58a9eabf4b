"""What the arms of each experiment say of each other: tests, intervals, power.

SQL has counted, averaged and squared; tea-tasting and SciPy do the statistics from there.
The shape of the answer is in RESULT.
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
# Units of an arm that must have done something before their mean is anything like normal.
LEAST_ACTIVE = 10
# A ratio of means is meant only where both lie so many standard errors above zero.
LEAST_DISTANCE = 3
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
        A row of RESULT per experiment, comparison and metric; what is not measurable is
        null. Shares: score test (Pearson 1900), interval by Newcombe (1998, method 10),
        that of the lift by Katz (1978). Means: Welch's t-test. Intervals: 1 - significance.
        p-values corrected: the first metric decides by itself, the others count only if it
        does, and then by Holm (1979). Adjusted: with the covariate (CUPED, Deng et al.
        2013), which must not be used for targeting, where the arms differ in it on purpose.
        Power is that for the minimum effect at the numbers that there are, at the mean of
        the base and at the upper end of its interval; beside it the units that would do.
    """
    rows: list[dict[str, Any]] = []
    for experiment in experiments:
        metrics = experiment["metrics"].split("|")
        found = {
            (row["arm"], row["metric"]): row
            for row in aggregates
            if row["experiment_id"] == experiment["experiment_id"]
        }
        for comparison, pair in COMPARISONS.items():
            measured = [
                compare(*(found[arm, metric] for arm in pair), experiment, comparison)
                for metric in metrics
                if all((arm, metric) in found for arm in pair)
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


def compare(
    row: dict[str, Any], base: dict[str, Any], experiment: dict[str, Any], comparison: str
) -> dict[str, Any]:
    """An arm against its base in a metric."""
    result = {
        "metric": row["metric"],
        "unit_count": row["unit_count"],
        "base_unit_count": base["unit_count"],
        "mean": row["mean"],
        "base_mean": base["mean"],
        "difference": row["mean"] - base["mean"],
    }
    if row["metric"] == "conversion":
        result |= compare_shares(row, base, experiment["significance"])
    elif min(row["active_count"], base["active_count"]) >= LEAST_ACTIVE:
        result |= compare_means(row, base, experiment["significance"])
    result |= powers(row, base, experiment)
    if comparison != "targeting" and "p_value" in result and _can_adjust(row, base):
        result |= adjust(row, base, experiment["significance"])
    return result


def compare_shares(
    row: dict[str, Any], base: dict[str, Any], significance: float
) -> dict[str, Any]:
    """Test and intervals of two shares; nothing where all units did the same."""
    from scipy import stats

    counts = row["unit_count"], base["unit_count"]
    hits = [round(one["mean"] * one["unit_count"]) for one in (row, base)]
    if sum(hits) in (0, sum(counts)):
        return {}
    table = [[hit, count - hit] for hit, count in zip(hits, counts, strict=True)]
    top, bottom = (
        stats.binomtest(hit, count).proportion_ci(1 - significance, method="wilson")
        for hit, count in zip(hits, counts, strict=True)
    )
    difference = row["mean"] - base["mean"]
    result = {
        "p_value": stats.chi2_contingency(table, correction=False).pvalue,
        "difference_low": difference
        - math.hypot(row["mean"] - top.low, bottom.high - base["mean"]),
        "difference_high": difference
        + math.hypot(top.high - row["mean"], base["mean"] - bottom.low),
    }
    if hits[1]:
        result["lift"] = difference / base["mean"]
    if all(hits):
        ratio = stats.contingency.relative_risk(hits[0], counts[0], hits[1], counts[1])
        interval = ratio.confidence_interval(1 - significance)
        result |= {"lift_low": interval.low - 1, "lift_high": interval.high - 1}
    return result


def compare_means(
    row: dict[str, Any], base: dict[str, Any], significance: float
) -> dict[str, Any]:
    """Welch's t-test; nothing where nothing varies."""
    import tea_tasting

    if not row["variance"] + base["variance"]:
        return {}
    has_ratio = all(
        one["mean"] > LEAST_DISTANCE * math.sqrt(one["variance"] / one["unit_count"])
        for one in (row, base)
    )
    # Where no ratio is meant, both means are moved: their difference stays as it is.
    spread = math.sqrt(row["variance"] + base["variance"])
    shift = 0.0 if has_ratio else spread - min(row["mean"], base["mean"])
    found = tea_tasting.Mean(
        "value", confidence_level=1 - significance, use_t=True
    ).analyze_aggregates(_aggregates(base, shift), _aggregates(row, shift))
    result = {
        "difference_low": found.effect_size_ci_lower,
        "difference_high": found.effect_size_ci_upper,
        "p_value": found.pvalue,
    }
    if has_ratio:
        result |= {
            "lift": found.rel_effect_size,
            "lift_low": found.rel_effect_size_ci_lower,
            "lift_high": found.rel_effect_size_ci_upper,
        }
    return result


def adjust(
    row: dict[str, Any], base: dict[str, Any], significance: float
) -> dict[str, Any]:
    """The difference with what was known before taken out."""
    import tea_tasting

    spread = math.sqrt(row["variance"] + base["variance"])
    shift = spread - min(row["mean"], base["mean"], 0)
    found = tea_tasting.Mean(
        "value", "covariate", confidence_level=1 - significance, use_t=True
    ).analyze_aggregates(
        _aggregates(base, shift, covariate=True), _aggregates(row, shift, covariate=True)
    )
    return {
        "adjusted_difference": found.effect_size,
        "adjusted_difference_low": found.effect_size_ci_lower,
        "adjusted_difference_high": found.effect_size_ci_upper,
        "adjusted_p_value": found.pvalue,
    }


def powers(
    row: dict[str, Any], base: dict[str, Any], experiment: dict[str, Any]
) -> dict[str, Any]:
    """Power at the mean of the base and at the upper end of its interval, units needed."""
    from scipy import stats

    from scripts.statistics import power

    is_share = row["metric"] == "conversion"
    units = row["unit_count"] + base["unit_count"]
    share = row["unit_count"] / units
    effect, significance = experiment["minimum_effect"], experiment["significance"]
    if is_share:
        hits = round(base["mean"] * base["unit_count"])
        interval = stats.binomtest(hits, base["unit_count"]).proportion_ci(method="wilson")
        high = interval.high
    else:
        error = math.sqrt((base["variance"] or 0) / base["unit_count"])
        high = base["mean"] + stats.norm.isf(0.025) * error
    result = {}
    for name, mean in (("power", base["mean"]), ("power_at_most", high)):
        variance = mean * (1 - mean) if is_share else base["variance"] or 0
        assumed = power.Base(mean, variance, is_share)
        # Where all do it already, no effect can be had.
        if mean <= 0 or not variance:
            continue
        result[name] = power.power(assumed, effect, units, share, significance)
        if name == "power":
            result["needed_units"] = power.units_needed(
                assumed, effect, share, significance, experiment["power"]
            )
    return result


def difference_of_differences(
    rows: list[dict[str, Any]], experiment: dict[str, Any]
) -> dict[str, Any]:
    """The effect of contacting whom the system picks less that of contacting by chance.

    Four independent means; a z-test.

    Args:
        rows: of treatment and its holdout, of control and its holdout.
    """
    from scipy import stats

    treated, held, chosen, left = rows
    base_mean = chosen["mean"] - left["mean"]
    difference = treated["mean"] - held["mean"] - base_mean
    result = {
        "metric": treated["metric"],
        "unit_count": treated["unit_count"] + held["unit_count"],
        "base_unit_count": chosen["unit_count"] + left["unit_count"],
        "mean": treated["mean"] - held["mean"],
        "base_mean": base_mean,
        "difference": difference,
    }
    if min(row["active_count"] for row in rows) >= LEAST_ACTIVE:
        error = math.sqrt(sum(row["variance"] / row["unit_count"] for row in rows))
        reach = stats.norm.isf(experiment["significance"] / 2) * error
        result |= {
            "difference_low": difference - reach,
            "difference_high": difference + reach,
            "p_value": 2 * float(stats.norm.sf(abs(difference) / error)) if error else None,
        }
    return result


def correct(rows: list[dict[str, Any]]) -> None:
    """Correct the p-values of one comparison; the first row is that of the first metric."""
    import tea_tasting

    first, *others = rows
    first["p_value_corrected"] = first.get("p_value")
    tested = {row["metric"]: row for row in others if row.get("p_value") is not None}
    if tested and first["p_value_corrected"] is not None:
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


def _can_adjust(row: dict[str, Any], base: dict[str, Any]) -> bool:
    """Whether every unit has a covariate that varies, and says not everything."""
    for one in (row, base):
        if one["covariate_count"] != one["unit_count"]:
            return False
        product = (one["covariate_variance"] or 0) * (one["variance"] or 0)
        if not product or one["covariance"] ** 2 > 0.9999 * product:
            return False
    return True


def _aggregates(row: dict[str, Any], shift: float, *, covariate: bool = False) -> Any:
    import tea_tasting

    return tea_tasting.aggr.Aggregates(
        count_=row["unit_count"],
        mean_={"value": row["mean"] + shift}
        | ({"covariate": row["covariate_mean"]} if covariate else {}),
        var_={"value": row["variance"]}
        | ({"covariate": row["covariate_variance"]} if covariate else {}),
        cov_={("value", "covariate"): row["covariance"]} if covariate else {},
    )


def _measurable(value: Any) -> Any:
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value


def model(dbt: Any, session: Any) -> Any:
    """The table of this model: one row per experiment, comparison and metric."""
    from scripts.statistics.engine_tables import arrow_table, engine_table

    dbt.config(materialized="table")
    experiments, aggregates = (
        arrow_table(relation).to_pylist()
        for relation in (
            dbt.ref("stg_experiments").filter("is_active"),
            dbt.ref("int_experiment_aggregates"),
        )
    )
    statistics = pyarrow.Table.from_pylist(analyse(experiments, aggregates), RESULT)
    return engine_table(session, statistics)
