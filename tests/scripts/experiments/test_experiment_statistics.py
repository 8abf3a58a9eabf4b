"""The statistics of experiments, on experiments whose truth is known.

Seeds are fixed: what is asserted is that rates found in many simulated experiments have the
nominal rate in their own interval. `make simulate` simulates 2,000 of each.
"""

import os
import subprocess
import sys
from typing import Any

import numpy as np
import pytest
from scipy import optimize, stats

from scripts.statistics.experiment_comparisons import analyse
from scripts.statistics.power import Base, units_needed

TRIALS = int(os.environ.get("AUDIENCE_SIMULATED_EXPERIMENTS", "400"))
EXPERIMENT: dict[str, Any] = {
    "experiment_id": "simulated",
    "metrics": "conversion",
    "minimum_effect": 0.5,
    "significance": 0.05,
    "power": 0.8,
}
ARMS = [
    {"experiment_id": "simulated", "arm": arm, "share": share}
    for arm, share in (
        ("treatment", 0.4),
        ("treatment_holdout", 0.1),
        ("control", 0.4),
        ("control_holdout", 0.1),
    )
]


def aggregate(
    arm: str, values: np.ndarray, covariate: np.ndarray, metric: str = "conversion"
) -> dict[str, Any]:
    """What SQL makes of the units of an arm."""
    return {
        "experiment_id": "simulated",
        "arm": arm,
        "metric": metric,
        "unit_count": len(values),
        "active_count": int(np.count_nonzero(values)),
        "covariate_count": len(covariate),
        "mean": float(values.mean()),
        "variance": float(values.var(ddof=1)),
        "covariate_mean": float(covariate.mean()),
        "covariate_variance": float(covariate.var(ddof=1)),
        "covariance": float(np.cov(values, covariate)[0, 1]),
    }


def simulate(
    generator: np.random.Generator, rates: dict[str, float], units: int = 2000
) -> list[dict[str, Any]]:
    """An experiment whose units convert at a rate per arm, more of a high covariate."""
    aggregates = []
    for arm in ARMS:
        rate = rates[arm["arm"]]
        count = round(units * arm["share"])
        covariate = generator.standard_normal(count)
        chance = np.clip(rate * (1 + 0.5 * covariate), 0, 1)
        values = (generator.random(count) < chance).astype(float)
        aggregates.append(aggregate(arm["arm"], values, covariate))
    rows: list[dict[str, Any]] = analyse([EXPERIMENT], aggregates)
    return rows


def row_of(rows: list[dict[str, Any]], comparison: str) -> dict[str, Any]:
    (row,) = (row for row in rows if row["comparison"] == comparison)
    return row


def interval_of(hits: int, trials: int) -> tuple[float, float]:
    """The 95 % interval of a rate (Clopper and Pearson)."""
    found = stats.binomtest(hits, trials).proportion_ci(0.95)
    return float(found.low), float(found.high)


@pytest.mark.slow
def test_where_there_is_no_effect_one_in_twenty_is_found() -> None:
    """Experiments whose arms are the same."""
    generator = np.random.default_rng(11)
    rates = dict.fromkeys((arm["arm"] for arm in ARMS), 0.2)
    trials = [simulate(generator, rates) for _ in range(TRIALS)]
    for comparison, p_value in (
        ("targeting", "p_value"),
        ("contact of treatment", "p_value"),
        ("contact of treatment", "adjusted_p_value"),
        ("incremental targeting", "p_value"),
    ):
        found = sum(row_of(rows, comparison)[p_value] < 0.05 for rows in trials)
        low, high = interval_of(found, len(trials))
        assert low <= 0.05 <= high, (comparison, p_value)


@pytest.mark.parametrize(
    ("treated", "held_out", "rate"), [(4000, 1000, 0.002), (800, 200, 0.004)]
)
def test_rare_conversions_are_not_found_where_there_is_no_effect(
    treated: int, held_out: int, rate: float
) -> None:
    """A few conversions in a small holdout: Welch's test would find one in seven."""
    generator = np.random.default_rng(8)
    found = 0
    for _ in range(TRIALS):
        units = {"treatment": treated, "treatment_holdout": held_out}
        rows = analyse(
            [EXPERIMENT],
            [
                aggregate(arm, (generator.random(count) < rate) * 1.0, np.ones(count))
                for arm, count in units.items()
            ],
        )
        found += (row_of(rows, "contact of treatment")["p_value"] or 1) < 0.05
    assert interval_of(found, TRIALS)[0] <= 0.05


@pytest.mark.slow
def test_intervals_hold_the_truth() -> None:
    """Treatment converts at 30 %, its holdout at 20 %: a lift of a half."""
    generator = np.random.default_rng(5)
    rates = {"treatment": 0.3, "treatment_holdout": 0.2}
    rates |= {"control": 0.2, "control_holdout": 0.2}
    truth = {
        ("targeting", "difference"): 0.1,
        ("targeting", "lift"): 0.5,
        ("contact of treatment", "difference"): 0.1,
        ("contact of treatment", "adjusted_difference"): 0.1,
        ("incremental targeting", "difference"): 0.1,
    }
    trials = [simulate(generator, rates) for _ in range(TRIALS)]
    for (comparison, figure), true in truth.items():
        held = sum(
            row_of(rows, comparison)[f"{figure}_low"]
            <= true
            <= row_of(rows, comparison)[f"{figure}_high"]
            for rows in trials
        )
        low, high = interval_of(held, len(trials))
        assert low <= 0.95 <= high, (comparison, figure)


@pytest.mark.parametrize(
    ("rate", "effect", "holdout"), [(0.1, 0.2, 0.2), (0.1, 0.1, 0.5), (0.004, 2.0, 0.2)]
)
def test_the_planned_units_see_the_effect_as_often_as_planned(
    rate: float, effect: float, holdout: float
) -> None:
    """And hardly ever are they too few by the verdict's own measure."""
    generator = np.random.default_rng(8)
    base = Base(rate, rate * (1 - rate), is_share=True)
    units = units_needed(base, effect, 1 - holdout, 0.05, 0.8)
    counts = {"treatment": (1 - holdout, rate * (1 + effect))}
    counts |= {"treatment_holdout": (holdout, rate)}
    found = too_few = 0
    for _ in range(TRIALS):
        rows = analyse(
            [EXPERIMENT | {"minimum_effect": effect}],
            [
                aggregate(
                    arm,
                    (generator.random(round(units * share)) < chance) * 1.0,
                    np.ones(round(units * share)),
                )
                for arm, (share, chance) in counts.items()
            ],
        )
        row = row_of(rows, "contact of treatment")
        found += row["p_value"] < 0.05
        too_few += row["power_at_most"] < 0.8
    low, high = interval_of(found, TRIALS)
    # A normal approximation: within three in a hundred of the plan.
    assert low - 0.03 <= 0.8 <= high + 0.03
    assert too_few / TRIALS < 0.06


def test_shares_are_compared_by_their_scores() -> None:
    """The p-value of the pooled z-test, the ends of Newcombe's interval."""
    hits, counts = {"treatment": 30, "treatment_holdout": 4}, (400, 100)
    rows = analyse(
        [EXPERIMENT],
        [
            aggregate(arm, (np.arange(count) < hits[arm]) * 1.0, np.ones(count))
            for arm, count in zip(hits, counts, strict=True)
        ],
    )
    row = row_of(rows, "contact of treatment")
    both = 34 / 500
    z = (30 / 400 - 4 / 100) / np.sqrt(both * (1 - both) * (1 / 400 + 1 / 100))
    assert row["p_value"] == pytest.approx(2 * stats.norm.sf(z), abs=1e-12)

    def wilson(hit: int, count: int, side: int) -> float:
        """The share whose score test has |z| = 1.96: an end of Wilson's interval."""
        share = hit / count
        reach = stats.norm.isf(0.025)
        edges = (1e-9, share) if side < 0 else (share, 1 - 1e-9)
        return float(
            optimize.brentq(
                lambda p: abs(share - p) - reach * np.sqrt(p * (1 - p) / count), *edges
            )
        )

    difference = row["difference"]
    low = np.hypot(30 / 400 - wilson(30, 400, -1), wilson(4, 100, 1) - 4 / 100)
    high = np.hypot(wilson(30, 400, 1) - 30 / 400, 4 / 100 - wilson(4, 100, -1))
    assert row["difference_low"] == pytest.approx(difference - low, abs=1e-9)
    assert row["difference_high"] == pytest.approx(difference + high, abs=1e-9)


def test_an_effect_is_seen_against_a_base_where_nothing_happens() -> None:
    rows = analyse(
        [EXPERIMENT],
        [
            aggregate("treatment", (np.arange(5000) < 300) * 1.0, np.ones(5000)),
            aggregate("treatment_holdout", np.zeros(5000), np.ones(5000)),
        ],
    )
    row = row_of(rows, "contact of treatment")
    assert row["p_value"] < 1e-50
    assert row["difference_low"] > 0.05
    assert row["lift"] is None


def test_a_covariate_narrows_the_interval() -> None:
    generator = np.random.default_rng(3)
    covariate = generator.standard_normal((2, 1000))
    values = covariate + generator.standard_normal((2, 1000))
    rows = analyse(
        [EXPERIMENT | {"metrics": "engagement"}],
        [
            aggregate(arm, values[number] + 5, covariate[number], "engagement")
            for number, arm in enumerate(("treatment", "treatment_holdout"))
        ],
    )
    row = row_of(rows, "contact of treatment")
    plain = row["difference_high"] - row["difference_low"]
    adjusted = row["adjusted_difference_high"] - row["adjusted_difference_low"]
    assert adjusted / plain == pytest.approx(np.sqrt(0.5), abs=0.03)


def test_figures_are_those_of_scipy() -> None:
    """Of arms with the same variance, where no arm counts with another than its own."""
    generator = np.random.default_rng(1)
    spread = generator.exponential(size=400)
    values = {
        arm["arm"]: generator.permutation(spread) + number / 10
        for number, arm in enumerate(ARMS)
    }
    rows = analyse(
        [EXPERIMENT | {"metrics": "engagement"}],
        [
            aggregate(arm, found, np.ones(400), "engagement")
            for arm, found in values.items()
        ],
    )
    row = row_of(rows, "targeting")
    expected = stats.ttest_ind(values["treatment"], values["control"], equal_var=False)
    assert row["p_value"] == pytest.approx(expected.pvalue, rel=1e-12)
    low, high = expected.confidence_interval()
    assert (row["difference_low"], row["difference_high"]) == pytest.approx((low, high))
    assert row["adjusted_difference"] is None


def test_the_first_metric_decides_and_the_others_are_corrected() -> None:
    experiment = EXPERIMENT | {"metrics": "engagement|conversion|revenue"}
    generator = np.random.default_rng(2)
    aggregates = [
        aggregate(
            arm,
            (generator.normal(0.1 * shift, 1, 500) > 0) * 1.0
            if metric == "conversion"
            else generator.normal(5 + 0.1 * shift, 1, 500),
            np.ones(500),
            metric,
        )
        for metric in ("conversion", "engagement", "revenue")
        for arm, shift in (("treatment", 1), ("control", 0))
    ]
    rows = analyse([experiment], aggregates)
    first, *others = rows
    assert first["metric"] == "engagement"
    assert first["p_value_corrected"] == first["p_value"]
    small, large = sorted(others, key=lambda row: row["p_value"])
    holm = min(1.0, 2 * small["p_value"])
    assert small["p_value_corrected"] == pytest.approx(max(holm, first["p_value"]))
    assert large["p_value_corrected"] == pytest.approx(
        max(holm, large["p_value"], first["p_value"])
    )


def test_a_covariate_that_is_not_known_of_all_adjusts_nothing() -> None:
    generator = np.random.default_rng(4)
    rows = [
        aggregate(arm, 5 + generator.standard_normal(400), np.arange(400.0), "engagement")
        for arm in ("treatment", "treatment_holdout")
    ]
    engagement = EXPERIMENT | {"metrics": "engagement"}
    (row,) = analyse([engagement], rows)
    assert row["adjusted_difference"] is not None
    rows[0] |= {"covariate_count": 100}
    (row,) = analyse([engagement], rows)
    assert row["p_value"] is not None
    assert row["adjusted_difference"] is None
    # The outcome itself says everything.
    exact = [row | {"covariate_count": 400, "covariance": row["variance"]} for row in rows]
    exact = [row | {"covariate_variance": row["variance"]} for row in exact]
    (row,) = analyse([engagement], exact)
    assert row["adjusted_difference"] is None


def test_means_around_zero_have_a_difference_and_no_ratio() -> None:
    generator = np.random.default_rng(6)
    rows = [
        aggregate(arm, generator.normal(shift, 1, 300), np.ones(300), "revenue")
        for arm, shift in (("treatment", 0.2), ("treatment_holdout", 0.0))
    ]
    (row,) = analyse([EXPERIMENT | {"metrics": "revenue"}], rows)
    assert row["difference_low"] < row["difference"] < row["difference_high"]
    assert (row["lift"], row["lift_low"]) == (None, None)


def test_what_cannot_be_measured_is_null() -> None:
    inactive = [aggregate(arm["arm"], np.zeros(50), np.ones(50)) for arm in ARMS]
    rows = analyse([EXPERIMENT], inactive)
    row = row_of(rows, "targeting")
    assert (row["difference"], row["p_value"], row["lift"], row["power"]) == (
        0,
        None,
        None,
        None,
    )
    few = [
        aggregate(arm["arm"], (np.arange(50) < 5) * 3.0, np.ones(50), "revenue")
        for arm in ARMS
    ]
    rows = analyse([EXPERIMENT | {"metrics": "revenue"}], few)
    assert row_of(rows, "targeting")["p_value"] is None
    assert analyse([EXPERIMENT], []) == []


def test_without_experiments_no_statistics_are_imported() -> None:
    """A build without experiments would wait for SciPy for seconds."""
    program = (
        "import sys;"
        "from scripts.statistics.experiment_comparisons import analyse;"
        "from scripts.statistics.sample_ratios import sample_ratios;"
        "print(analyse([], []), sample_ratios([]), 'scipy' in sys.modules)"
    )
    outcome = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert outcome.stdout.split() == ["[]", "[]", "False"]
