"""The statistics of experiments, on experiments whose truth is known.

Seeds are fixed: what is asserted is that rates found in many simulated experiments have the
nominal rate in their own interval.
"""

import importlib.util
from typing import Any

import numpy as np
import pytest
from scipy import stats

from scripts.build_folder import PROJECT

spec = importlib.util.spec_from_file_location(
    "int_experiment_statistics",
    PROJECT / "models/intermediate/experiments/int_experiment_statistics.py",
)
assert spec is not None
assert spec.loader is not None
statistics = importlib.util.module_from_spec(spec)
spec.loader.exec_module(statistics)

EXPERIMENT: dict[str, Any] = {
    "experiment_id": "simulated",
    "metrics": "conversion",
    "minimum_effect": 0.5,
    "significance": 0.05,
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
    rows: list[dict[str, Any]] = statistics.analyse([EXPERIMENT], ARMS, aggregates)
    return rows


def row_of(rows: list[dict[str, Any]], comparison: str) -> dict[str, Any]:
    (row,) = (row for row in rows if row["comparison"] == comparison)
    return row


def interval_of(hits: int, trials: int) -> tuple[float, float]:
    """The 95 % interval of a rate (Clopper and Pearson)."""
    found = stats.binomtest(hits, trials).proportion_ci(0.95)
    return float(found.low), float(found.high)


def test_where_there_is_no_effect_one_in_twenty_is_found() -> None:
    """2,000 experiments whose arms are the same."""
    generator = np.random.default_rng(11)
    rates = dict.fromkeys((arm["arm"] for arm in ARMS), 0.2)
    trials = [simulate(generator, rates) for _ in range(2000)]
    for comparison, p_value in (
        ("targeting", "p_value"),
        ("contact of treatment", "p_value"),
        ("contact of treatment", "adjusted_p_value"),
        ("incremental targeting", "p_value"),
    ):
        found = sum(row_of(rows, comparison)[p_value] < 0.05 for rows in trials)
        low, high = interval_of(found, len(trials))
        assert low <= 0.05 <= high, (comparison, p_value)


def test_intervals_hold_the_truth_and_power_is_as_planned() -> None:
    """Treatment converts at 30 %, its holdout at 20 %: a lift of a half."""
    generator = np.random.default_rng(5)
    rates = {"treatment": 0.3, "treatment_holdout": 0.2}
    rates |= {"control": 0.2, "control_holdout": 0.2}
    truth = {
        "targeting": ("difference", 0.1),
        "contact of treatment": ("adjusted_difference", 0.1),
        "incremental targeting": ("difference", 0.1),
    }
    trials = [simulate(generator, rates) for _ in range(600)]
    for comparison, (figure, true) in truth.items():
        held = sum(
            row_of(rows, comparison)[f"{figure}_low"]
            <= true
            <= row_of(rows, comparison)[f"{figure}_high"]
            for rows in trials
        )
        low, high = interval_of(held, len(trials))
        assert low <= 0.95 <= high, comparison
    contacts = [row_of(rows, "contact of treatment") for rows in trials]
    low, high = interval_of(sum(row["p_value"] < 0.05 for row in contacts), len(trials))
    planned = float(np.mean([row["power"] for row in contacts]))
    # The plan takes the variance of the base for both arms, which is a little less here.
    assert low - 0.03 <= planned <= high + 0.03


def test_a_covariate_narrows_the_interval() -> None:
    generator = np.random.default_rng(3)
    covariate = generator.standard_normal((2, 1000))
    values = covariate + generator.standard_normal((2, 1000))
    rows = statistics.analyse(
        [EXPERIMENT],
        ARMS,
        [
            aggregate(arm, values[number], covariate[number])
            for number, arm in enumerate(("treatment", "treatment_holdout"))
        ],
    )
    row = row_of(rows, "contact of treatment")
    plain = row["difference_high"] - row["difference_low"]
    adjusted = row["adjusted_difference_high"] - row["adjusted_difference_low"]
    assert adjusted / plain == pytest.approx(np.sqrt(0.5), abs=0.03)


def test_figures_are_those_of_scipy() -> None:
    generator = np.random.default_rng(1)
    values = {arm["arm"]: generator.exponential(size=400) for arm in ARMS}
    rows = statistics.analyse(
        [EXPERIMENT],
        ARMS,
        [aggregate(arm, found, np.ones(400)) for arm, found in values.items()],
    )
    row = row_of(rows, "targeting")
    expected = stats.ttest_ind(values["treatment"], values["control"], equal_var=False)
    assert row["p_value"] == pytest.approx(expected.pvalue, rel=1e-12)
    low, high = expected.confidence_interval()
    assert (row["difference_low"], row["difference_high"]) == pytest.approx((low, high))
    assert row["adjusted_difference"] is None


def test_a_broken_split_is_caught_and_a_sound_one_is_not() -> None:
    def ratio(counts: dict[str, int]) -> float:
        ones = {
            arm: aggregate(arm, np.arange(count) % 2.0, np.ones(count))
            for arm, count in counts.items()
        }
        rows = statistics.analyse([EXPERIMENT], ARMS, list(ones.values()))
        found: float = rows[0]["sample_ratio_p_value"]
        return found

    sound = {"treatment": 4010, "treatment_holdout": 990, "control": 4020}
    sound |= {"control_holdout": 980}
    assert ratio(sound) > 0.05
    assert ratio(sound | {"treatment_holdout": 700}) < 0.001
    assert ratio({"treatment": 4000, "control": 4000}) < 0.001


def test_p_values_are_corrected_for_the_number_of_metrics() -> None:
    experiment = EXPERIMENT | {"metrics": "conversion|engagement|revenue"}
    generator = np.random.default_rng(2)
    aggregates = [
        aggregate(arm, generator.normal(0.1 * shift, 1, 500), np.ones(500), metric)
        for metric in ("conversion", "engagement", "revenue")
        for arm, shift in (("treatment", 1), ("control", 0))
    ]
    rows = statistics.analyse([experiment], ARMS, aggregates)
    ordered = sorted(rows, key=lambda row: row["p_value"])
    expected, largest = [], 0.0
    for number, row in enumerate(ordered):
        largest = max(largest, min(1.0, row["p_value"] * (3 - number)))
        expected.append(largest)
    assert [row["p_value_corrected"] for row in ordered] == pytest.approx(expected)


def test_what_cannot_be_measured_is_null() -> None:
    nobody = [aggregate(arm["arm"], np.zeros(50), np.ones(50)) for arm in ARMS]
    rows = statistics.analyse([EXPERIMENT], ARMS, nobody)
    row = row_of(rows, "targeting")
    assert (row["difference"], row["p_value"], row["lift"], row["power"]) == (
        0,
        None,
        None,
        None,
    )
    assert statistics.analyse([EXPERIMENT], ARMS, []) == []
