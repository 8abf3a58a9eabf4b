"""The difference of two arms of an experiment: test, interval, lift, power.

SQL has counted, averaged and squared; SciPy and tea-tasting do the statistics from there.
An arm is a row of int_experiment_aggregates; `analyse` in experiment_comparisons.py lists
its columns. tea-tasting is imported where it is used, because that takes a second.
"""

import math
from typing import Any

from scipy import stats

from scripts.statistics import power
from scripts.statistics.share_intervals import difference, share

# An arm needs so many units with a value before their mean is roughly normal.
LEAST_ACTIVE = 10
# A ratio of means needs both of them so many standard errors above zero.
LEAST_DISTANCE = 3


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
        result |= compare_means(*careful(row, base), experiment["significance"])
    result |= powers(row, base, experiment)
    if comparison != "targeting" and "p_value" in result and _can_adjust(row, base):
        pair = (row, base) if row["metric"] == "conversion" else careful(row, base)
        result |= adjust(*pair, experiment["significance"])
    return result


def compare_shares(
    row: dict[str, Any], base: dict[str, Any], significance: float
) -> dict[str, Any]:
    """Test and intervals of two shares; empty if all units did the same."""
    counts = row["unit_count"], base["unit_count"]
    hits = [round(one["mean"] * one["unit_count"]) for one in (row, base)]
    if sum(hits) in (0, sum(counts)):
        return {}
    table = [[hit, count - hit] for hit, count in zip(hits, counts, strict=True)]
    found = difference(
        *(share(hit, count, significance) for hit, count in zip(hits, counts, strict=True))
    )
    result = {
        "p_value": stats.chi2_contingency(table, correction=False).pvalue,
        "difference_low": float(found.low),
        "difference_high": float(found.high),
    }
    if hits[1]:
        result["lift"] = float(found.value) / base["mean"]
    if all(hits):
        ratio = stats.contingency.relative_risk(hits[0], counts[0], hits[1], counts[1])
        interval = ratio.confidence_interval(1 - significance)
        result |= {"lift_low": interval.low - 1, "lift_high": interval.high - 1}
    return result


def careful(
    row: dict[str, Any], base: dict[str, Any]
) -> tuple[dict[str, Any], dict[str, Any]]:
    """Both arms, each with the variance of both together where its own is smaller.

    A few large amounts make most of the mean of a skewed value such as revenue, and more of
    its variance. A small arm that lacks them by chance has too low a mean and too low a
    variance, and Welch's test by itself takes that for an effect three times as often as it
    should, or more. Without an effect the larger arm tells how much such values vary.
    """
    freedoms = [one["unit_count"] - 1 for one in (row, base)]
    variances = [one["variance"] or 0.0 for one in (row, base)]
    pooled = sum(
        freedom * variance for freedom, variance in zip(freedoms, variances, strict=True)
    ) / max(sum(freedoms), 1)
    return (
        row | {"variance": max(variances[0], pooled)},
        base | {"variance": max(variances[1], pooled)},
    )


def compare_means(
    row: dict[str, Any], base: dict[str, Any], significance: float
) -> dict[str, Any]:
    """Welch's t-test of arms from `careful`; empty if nothing varies."""
    if not row["variance"] + base["variance"]:
        return {}
    import tea_tasting

    has_ratio = all(
        one["mean"] > LEAST_DISTANCE * math.sqrt(one["variance"] / one["unit_count"])
        for one in (row, base)
    )
    # Without a ratio both means are moved above zero: their difference stays the same.
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
    """The difference, adjusted for the covariate (CUPED)."""
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
    """Power at the base's mean and at the upper end of its interval; units needed."""
    is_share = row["metric"] == "conversion"
    units = row["unit_count"] + base["unit_count"]
    part = row["unit_count"] / units
    effect, significance = experiment["minimum_effect"], experiment["significance"]
    if is_share:
        hits = round(base["mean"] * base["unit_count"])
        interval = stats.binomtest(hits, base["unit_count"]).proportion_ci(method="wilson")
        high = interval.high
    else:
        error = math.sqrt((base["variance"] or 0) / base["unit_count"])
        high = base["mean"] + stats.norm.isf(0.025) * error
    result: dict[str, Any] = {}
    for name, mean in (("power", base["mean"]), ("power_at_most", high)):
        variance = mean * (1 - mean) if is_share else base["variance"] or 0
        assumed = power.Base(mean, variance, is_share)
        # If all units do it already, there is no room for an effect.
        if mean <= 0 or not variance:
            continue
        result[name] = power.power(assumed, effect, units, part, significance)
        if name == "power":
            result["needed_units"] = power.units_needed(
                assumed, effect, part, significance, experiment["power"]
            )
    return result


def difference_of_differences(
    rows: list[dict[str, Any]], experiment: dict[str, Any]
) -> dict[str, Any]:
    """The effect of contacting customers the system picks, less that of random customers.

    A z-test of four independent means. The interval of a conversion comes from those of the
    two differences, so that few conversions in a holdout do not make it too short.

    Args:
        rows: treatment and its holdout, control and its holdout.
    """
    treated, held, chosen, left = rows
    base_mean = chosen["mean"] - left["mean"]
    effect = treated["mean"] - held["mean"]
    result = {
        "metric": treated["metric"],
        "unit_count": treated["unit_count"] + held["unit_count"],
        "base_unit_count": chosen["unit_count"] + left["unit_count"],
        "mean": effect,
        "base_mean": base_mean,
        "difference": effect - base_mean,
    }
    significance = experiment["significance"]
    if treated["metric"] != "conversion":
        rows = [*careful(treated, held), *careful(chosen, left)]
    error = math.sqrt(sum((row["variance"] or 0) / row["unit_count"] for row in rows))
    is_normal = min(row["active_count"] for row in rows) >= LEAST_ACTIVE
    if is_normal and error:
        z = abs(result["difference"]) / error
        result["p_value"] = 2 * float(stats.norm.sf(z))
    if treated["metric"] == "conversion":
        arms = [
            share(round(row["mean"] * row["unit_count"]), row["unit_count"], significance)
            for row in rows
        ]
        found = difference(difference(*arms[:2]), difference(*arms[2:]))
        result |= {
            "difference_low": float(found.low),
            "difference_high": float(found.high),
        }
    elif is_normal:
        reach = stats.norm.isf(significance / 2) * error
        result |= {
            "difference_low": result["difference"] - reach,
            "difference_high": result["difference"] + reach,
        }
    return result


def _can_adjust(row: dict[str, Any], base: dict[str, Any]) -> bool:
    """Whether every unit has a covariate that varies and is not the outcome itself."""
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
