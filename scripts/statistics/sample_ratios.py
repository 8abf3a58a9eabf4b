"""Whether the arms of each experiment have the numbers of units that they should have."""

from typing import Any

import pyarrow

RESULT = pyarrow.schema(
    [("experiment_id", pyarrow.string()), ("sample_ratio_p_value", pyarrow.float64())]
)


def sample_ratios(counts: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Chi-square tests (Pearson 1900) of the numbers of units.

    Args:
        counts: per experiment, `counted` (units, or those whose outcome in a metric is
            known), `pool` (arms that chance divides) and arm: `unit_count`, `share`.

    Returns:
        Per experiment the smallest p-value of all counts, corrected for their number; null
        if no arms are divided by chance.
    """
    if not counts:
        return []  # Importing SciPy takes seconds.
    from scipy import stats

    pools: dict[str, dict[str, dict[str, list[dict[str, Any]]]]] = {}
    for row in counts:
        experiment = pools.setdefault(row["experiment_id"], {})
        experiment.setdefault(row["counted"], {}).setdefault(row["pool"], []).append(row)
    result = []
    for name, by_counted in pools.items():
        p_values = {}
        for by_pool in by_counted.values():
            statistic, freedom = 0.0, 0
            for rows in by_pool.values():
                total = sum(row["unit_count"] for row in rows)
                shares = sum(row["share"] for row in rows)
                if total and len(rows) > 1:
                    expected = [total * row["share"] / shares for row in rows]
                    found = [row["unit_count"] for row in rows]
                    statistic += float(stats.chisquare(found, expected).statistic)
                    freedom += len(rows) - 1
            if freedom:
                p_values[statistic] = float(stats.chi2.sf(statistic, freedom))
        # Corrected for how many different counts were tested (Bonferroni).
        least = min(p_values.values(), default=None)
        result.append(
            {
                "experiment_id": name,
                "sample_ratio_p_value": None
                if least is None
                else min(1.0, least * len(p_values)),
            }
        )
    return result
