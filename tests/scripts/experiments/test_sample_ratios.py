"""The arms have the units that chance gives them, and a broken split is caught."""

import pytest
from scipy import stats

from scripts.statistics.sample_ratios import sample_ratios

ARMS = [
    {"experiment_id": "simulated", "arm": arm, "share": share}
    for arm, share in (
        ("treatment", 0.4),
        ("treatment_holdout", 0.1),
        ("control", 0.4),
        ("control_holdout", 0.1),
    )
]


def test_a_broken_split_is_caught_and_a_sound_one_is_not() -> None:
    def ratio(pools: dict[str, str] | None = None, **counts: int) -> float:
        rows = [
            arm
            | {"counted": "units", "unit_count": counts.get(arm["arm"], 0)}
            | {"pool": (pools or {}).get(arm["arm"], "all")}
            for arm in ARMS
        ]
        (found,) = sample_ratios(rows)
        p_value: float = found["sample_ratio_p_value"]
        return p_value

    sound = {"treatment": 4010, "treatment_holdout": 990, "control": 4020}
    sound |= {"control_holdout": 980}
    assert ratio(**sound) == pytest.approx(
        stats.chisquare([4010, 990, 4020, 980], [4000, 1000, 4000, 1000]).pvalue
    )
    assert ratio(**sound | {"treatment_holdout": 700}) < 0.001
    assert ratio(treatment=4000, control=4000) < 0.001
    # Pools of a fixed size: chance only divides each of them.
    pools = {arm["arm"]: arm["arm"].removesuffix("_holdout") for arm in ARMS}
    expected = stats.chi2.sf(2 * (50**2 / 4000 + 50**2 / 1000), 2)
    assert ratio(
        pools, treatment=4050, treatment_holdout=950, control=3950, control_holdout=1050
    ) == pytest.approx(expected)


def test_outcomes_that_are_missing_in_one_arm_break_the_split() -> None:
    rows = [
        {"experiment_id": "simulated", "counted": counted, "pool": "all", "arm": arm}
        | {"share": 0.5, "unit_count": count}
        for counted, arm, count in (
            ("units", "treatment", 5000),
            ("units", "treatment_holdout", 5000),
            ("conversion", "treatment", 3000),
            ("conversion", "treatment_holdout", 5000),
            ("revenue", "treatment", 0),
            ("revenue", "treatment_holdout", 0),
        )
    ]
    assert sample_ratios(rows)[0]["sample_ratio_p_value"] < 1e-50
